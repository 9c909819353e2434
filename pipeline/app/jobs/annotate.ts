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
import type { LoggedContext } from './context.ts';

export interface ClipOutcome {
  readonly input: ClipInput;
  /** What the tracker said; null where the clip failed. */
  readonly tracked: ClipTracked | null;
  readonly failure: string | null;
}

/**
 * Sends clips through the pipeline.
 * @returns one outcome a clip, in their order
 * @throws the signal's reason when aborted
 */
export async function annotate(
  clips: readonly AnchoredClip[],
  { bus, meters, signal, log, known }: LoggedContext,
): Promise<ClipOutcome[]> {
  const meter = meters.start('annotating');
  for (const clip of clips) await announceClip(bus, clip, signal, known);
  const open = new Map(clips.map((clip) => [clip.clip, clip]));
  const expected = await announcedFrames(clips);
  const total = [...expected.values()].reduce((sum, frames) => sum + frames, 0);
  const done = new Map<string, number>();
  const outcomes = new Map<string, ClipOutcome>();
  while (open.size > 0) {
    signal.throwIfAborted();
    try {
      for (const input of open.values()) {
        const { clip } = input;
        const outcome = await outcomeOf(bus, input);
        if (outcome) {
          outcomes.set(clip, outcome);
          open.delete(clip);
          done.set(clip, expected.get(clip) ?? 0);
        } else {
          const { value } = await bus.state.get(checkpointKey(clip), TrackerCheckpoint);
          if (value) done.set(clip, value.next);
        }
      }
    } catch (error) {
      // The server is gone for a moment; what it knows is asked again.
      log.debug({ why: reasonOf(error) }, 'asking again');
    }
    const frames = [...done.values()].reduce((sum, count) => sum + count, 0);
    meter.update(Math.min(frames, total), total, `${outcomes.size}/${clips.length} clips`);
    if (open.size > 0) await setTimeout(250, undefined, { signal });
  }
  const inOrder = clips.flatMap(({ clip }) => outcomes.get(clip) ?? []);
  meter.done(annotatedLine(inOrder));
  return inOrder;
}

function annotatedLine(outcomes: readonly ClipOutcome[]): string {
  const frames = outcomes.reduce((sum, { tracked }) => sum + (tracked?.ledger.decoded ?? 0), 0);
  const failed = outcomes.filter(({ failure }) => failure !== null).length;
  return `${frames} frames of ${outcomes.length - failed} clips${failed > 0 ? `, ${failed} failed` : ''}`;
}

async function outcomeOf(bus: Bus, input: ClipInput): Promise<ClipOutcome | null> {
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
