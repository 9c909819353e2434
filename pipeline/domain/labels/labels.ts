/** Labels as they stand on the bus. */
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import { Track } from '../../../schemas/track.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import { type ReviewedLabel, reviewed } from './review.ts';

/** A clip's labels with their risk and what was decided about them, by track and frame. */
export async function labelsOf(bus: Bus, clip: string): Promise<ReviewedLabel[]> {
  const tracks: Track[] = [];
  for await (const { body } of bus.stored(Track, { clip })) tracks.push(body);
  const decisions: LabelReviewed[] = [];
  for await (const { body } of bus.stored(LabelReviewed, { clip })) decisions.push(body);
  return reviewed(tracks, decisions);
}

/** Clips whose tracking is finished, in the order in which they were. */
export async function trackedClips(bus: Bus): Promise<ClipTracked[]> {
  const clips: ClipTracked[] = [];
  for await (const { body } of bus.stored(ClipTracked)) clips.push(body);
  return clips;
}

/**
 * The clip that arrived with this id or file name; of several with one name the last.
 * @throws UsageError where none did
 */
export async function arrivedClip(bus: Bus, name: string): Promise<ClipArrived> {
  let found: ClipArrived | undefined;
  for await (const { body } of bus.stored(ClipArrived)) {
    if (body.clip === name || body.file === name) found = body;
  }
  if (!found) throw new UsageError(`no clip ${name} has arrived`);
  return found;
}
