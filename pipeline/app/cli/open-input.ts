/** Opens a job's clips and boxes, with a meter: of many clips that takes a while. */
import { type JobInput, readJobInput } from '../jobs/job-input.ts';
import { terminalMeters } from './terminal.ts';

/** @throws UsageError where a path is not there, or holds nothing that can be used */
export async function openJobInput(
  paths: readonly string[],
  hand: readonly string[],
  camera: string | undefined,
): Promise<JobInput> {
  const meters = terminalMeters();
  const meter = meters.start('opening the clips');
  try {
    const onProgress = (done: number, total: number) => meter.update(done, total);
    const input = await readJobInput(paths, hand, { camera, onProgress });
    meter.done(`${input.clips.length} can be decoded`);
    return input;
  } finally {
    meters.stop();
  }
}
