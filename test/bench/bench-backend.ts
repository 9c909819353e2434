/** A process with one backend: its stages, and the single-process script on it. One backend fits in a process. */
import {
  type Backend,
  type BackendPreference,
  openBackend,
} from '../../pipeline/domain/models/backend/backend.ts';
import { Detector } from '../../pipeline/domain/models/detector/detector.ts';
import { readModelFolder } from '../../pipeline/domain/models/files.ts';
import { BATCH } from '../../stages/detector/stage.ts';
import type { TrackerOptions } from '../../stages/tracker/options.ts';
import type { BenchClip } from './bench-input.ts';
import { serve } from './bench-process.ts';
import { annotateInProcess } from './single-process.ts';
import { measureModelStages } from './stages-models.ts';

export type BackendRequest =
  | { readonly do: 'open'; readonly backend: BackendPreference; readonly model: string }
  | { readonly do: 'stages'; readonly clip: BenchClip; readonly times: number }
  | { readonly do: 'annotate'; readonly clip: BenchClip; readonly options: TrackerOptions };

let opened: { backend: Backend; detector: Detector } | undefined;

serve(async (message) => {
  const request = message as BackendRequest; // the bench sends nothing else
  if (request.do === 'open') {
    const backend = await openBackend(request.backend);
    opened = { backend, detector: await Detector.load(await readModelFolder(request.model)) };
    return backend;
  }
  if (!opened) throw new Error('open comes first');
  const { backend, detector } = opened;
  const { path, anchors } = request.clip;
  if (request.do === 'stages') return measureModelStages(detector, backend, path, anchors[0]!, request.times);
  return annotateInProcess(path, anchors, detector, BATCH[backend.name], request.options);
});
