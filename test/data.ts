/** Finds the real clips, stills and weights that tests and benches use; the project ships none of them. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';

const root = resolve(import.meta.dirname, '../../shared/data');

/** What a test passes as `skip` when {@link dataPath} found nothing. */
export const noData = 'real inputs are not here (../shared/data is missing)';

/** Absolute path of a real input, e.g. `clips/deer-daylight.mp4`; undefined where it is not on this machine. */
export function dataPath(name: string): string | undefined {
  const path = resolve(root, name);
  return existsSync(path) ? path : undefined;
}
