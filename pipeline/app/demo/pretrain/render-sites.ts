/** Pictures of many sites, rendered by several threads. */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { DetectorExample } from '../../../../stages/trainer/detector/example.ts';
import type { Still, StillSet } from '../stills.ts';
import type { SiteOrder } from './render-thread.ts';

/**
 * @param seeds of the sites, one each
 * @param set what is taken of each site
 * @param label of every animal
 * @returns the pictures, site by site
 */
export async function renderSites(
  seeds: readonly number[],
  set: StillSet,
  label: string,
  threads: number,
): Promise<DetectorExample[]> {
  const waiting = [...seeds.entries()];
  const sites: DetectorExample[][] = [];
  await Promise.all(
    Array.from({ length: Math.min(threads, seeds.length) }, async () => {
      const thread = new Worker(new URL('./render-thread.ts', import.meta.url));
      for (let next = waiting.shift(); next; next = waiting.shift()) {
        const [i, seed] = next;
        const order: SiteOrder = { seed, set };
        thread.postMessage(order);
        const [stills]: Still[][] = await once(thread, 'message'); // render-thread.ts answers nothing else
        sites[i] = stills!.map((still, nth) => exampleOf(still, `${seed}-${nth}`, label));
      }
      await thread.terminate();
    }),
  );
  return sites.flat();
}

function exampleOf({ jpeg, boxes }: Still, name: string, label: string): DetectorExample {
  return { name, jpeg: async () => jpeg, boxes: boxes.map((box) => ({ box, label, weight: 1 })) };
}
