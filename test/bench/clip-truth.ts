/** What is known of a bench's clip: of our real inputs, or one whose path without `.mp4` was given. */
import { existsSync } from 'node:fs';
import { basename } from 'node:path';
import { readHand } from '../../pipeline/domain/formats/hand.ts';
import { readTruth } from '../../pipeline/domain/formats/truth.ts';
import type { TruthBox } from '../../pipeline/domain/scores/labels.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import { dataPath } from '../fixtures/shared-data.ts';

/** Its file with this ending; undefined where it has none. */
export function clipFile(name: string, ending: string): string | undefined {
  return dataPath(`clips/${name}${ending}`) ?? (existsSync(name + ending) ? name + ending : undefined);
}

/** Drawn by hand; for a clip with truth alone, the truth on its first frame. */
export async function anchorsOf(name: string): Promise<Anchor[]> {
  const first = clipFile(name, '.first.csv');
  const drawn = first ?? clipFile(name, '.truth.csv');
  if (!drawn) return [];
  const { anchors } = await readHand([drawn], [`${basename(name)}.mp4`]);
  return anchors
    .filter(({ frame }) => first !== undefined || frame === 0)
    .map(({ frame, track = 0, box, label }) => ({
      frame,
      track: track + 1,
      box: [...box],
      label,
    }));
}

/** True boxes; none where nothing is known. */
export async function truthOf(name: string): Promise<TruthBox[]> {
  const path = clipFile(name, '.truth.csv') ?? clipFile(name, '.truth-sample.csv');
  if (!path) return [];
  const { truth } = await readTruth(path);
  return truth.map(({ frame, track, box }) => ({ clip: basename(name), frame, track, box }));
}
