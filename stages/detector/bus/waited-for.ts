/**
 * Whether anybody waits for the answer to a look. Looks of a clip that is over come again when a server was killed, and
 * their frames are freed: no person has to hear of that.
 */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import type { Look } from '../../../schemas/look.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';

/** No: the clip is over, its tracker is past the frame, or has begun anew. @param camera the clip's */
export async function isWaitedFor(
  bus: Bus,
  { clip, index, restart = 0 }: Look,
  camera: string,
): Promise<boolean> {
  if (await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }))) return false;
  const { value: tracker } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
  if (tracker) return tracker.restart === restart && tracker.next <= index;
  return (await bus.last(ClipFailed, subjectOf(ClipFailed, { camera, clip }))) === null;
}
