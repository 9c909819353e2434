/** One thread of `renderSites`: a site's seed in, its stills out. */
import { parentPort } from 'node:worker_threads';
import { buildSite } from '../site.ts';
import { type Still, type StillSet, takeStills } from '../stills.ts';

export interface SiteOrder {
  readonly seed: number;
  readonly set: StillSet;
}

parentPort?.on('message', async ({ seed, set }: SiteOrder) => {
  const stills: Still[] = [];
  for await (const still of takeStills(await buildSite(seed), seed, set)) stills.push(still);
  parentPort?.postMessage(stills);
});
