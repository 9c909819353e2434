/** Sends clips through the pipeline and waits until each is filtered or has failed. */
import { setTimeout } from 'node:timers/promises';
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { subjectOf } from '../../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../schemas/state.ts';
import { probeClip } from '../../domain/vision/video-probe.ts';
import { type AnchoredClip, announceClip } from '../../ingest/announce.ts';
import type { ClipInput } from '../../ingest/folders/clip-files.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { reasonOf } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import type { Meter } from './progress.ts';

export interface ClipEnd {
  readonly input: ClipInput;
  /** What the tracker said; null where the clip failed. */
  readonly tracked: ClipTracked | null;
  readonly failure: string | null;
}

/** @throws the signal's reason when aborted */
export async function annotate(
  bus: Bus,
  inputs: readonly AnchoredClip[],
  { meter, signal, log }: { meter: Meter; signal: AbortSignal; log: Logger },
): Promise<ClipEnd[]> {
  for (const input of inputs) await announceClip(bus, input, signal);
  const open = new Map(inputs.map((input) => [input.clip, input]));
  const expected = await announcedFrames(inputs);
  const total = [...expected.values()].reduce((sum, frames) => sum + frames, 0);
  const done = new Map<string, number>();
  const ends: ClipEnd[] = [];
  while (open.size > 0) {
    signal.throwIfAborted();
    try {
      for (const input of open.values()) {
        const end = await endOf(bus, input);
        if (end) {
          ends.push(end);
          open.delete(input.clip);
          done.set(input.clip, expected.get(input.clip) ?? 0);
        } else {
          const { value } = await bus.state.get(checkpointKey(input.clip), TrackerCheckpoint);
          if (value) done.set(input.clip, value.next);
        }
      }
    } catch (error) {
      // The server is gone for a moment; what it knows is asked again.
      log.debug({ why: reasonOf(error) }, 'asking again');
    }
    const frames = [...done.values()].reduce((sum, count) => sum + count, 0);
    meter.update(Math.min(frames, total), total, `${ends.length}/${inputs.length} clips`);
    if (open.size > 0) await setTimeout(250, undefined, { signal });
  }
  const order = new Map(inputs.map((input, i) => [input.clip, i]));
  return ends.sort((a, b) => (order.get(a.input.clip) ?? 0) - (order.get(b.input.clip) ?? 0));
}

async function endOf(bus: Bus, input: ClipInput): Promise<ClipEnd | null> {
  const { clip, camera } = input;
  const arrived = await bus.last(ClipArrived, subjectOf(ClipArrived, { camera, clip }));
  const failed = await bus.last(ClipFailed, subjectOf(ClipFailed, { camera, clip }));
  if (failed && arrived && failed.sequence > arrived.sequence) {
    return { input, tracked: null, failure: failed.body.reason };
  }
  const filtered = await bus.last(ClipFiltered, subjectOf(ClipFiltered, { camera, clip }));
  if (!filtered) return null;
  const tracked = await bus.last(ClipTracked, subjectOf(ClipTracked, { camera, clip }));
  return tracked && { input, tracked: tracked.body, failure: null };
}

/** For the bar only: what the containers announce. */
async function announcedFrames(inputs: readonly ClipInput[]): Promise<Map<string, number>> {
  const frames = new Map<string, number>();
  for (const { clip, path } of inputs) {
    const info = await probeClip(path).catch(() => null);
    frames.set(clip, info ? (info.frames ?? Math.round(info.durationS * info.fps)) : 0);
  }
  return frames;
}
