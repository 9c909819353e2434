/** Announces clips on the bus: from then on the pipeline works on them. */
import { type Anchor, ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipFound } from '../../schemas/clip-found.ts';
import type { Bus } from '../runtime/bus/bus.ts';
import { outgoing } from '../runtime/bus/envelope.ts';
import { PoisonError, reasonOf } from '../runtime/errors.ts';
import type { Logger } from '../runtime/log/log.ts';
import { entryAt } from '../runtime/walk-folder.ts';
import { type ClipFile, type ClipInput, identifyClip, isClipFile } from './folders/clip-files.ts';
import type { ProbedClip } from './folders/find-clips.ts';
import type { CameraKnowledge } from './options.ts';
import { recordedAt } from './time/recorded-at.ts';

/** A clip to be annotated. */
export interface AnchoredClip extends ClipInput {
  readonly anchors: readonly Anchor[];
}

/**
 * Announces a clip; one that is on the bus already stays as it is.
 * @param known how the cameras' clocks are read; by this machine's time zone where left out
 */
export async function announceClip(
  bus: Bus,
  { clip, camera, file, path, anchors }: AnchoredClip,
  signal?: AbortSignal,
  known?: CameraKnowledge,
): Promise<'stored' | 'repeated'> {
  // A file that can't even be asked for its time is the decoder's to refuse.
  const time = await recordedAt(path, known?.clockOf(camera)).catch(() => undefined);
  const body: ClipArrived = {
    ...{ clip, camera, file, source: path },
    ...(time && { recordedAt: time }),
    anchors: [...anchors],
  };
  return bus.publish(outgoing(ClipArrived, { camera, clip }, body), { signal });
}

/** Says that a clip is there, to be drawn on before it is labelled; one that is known already stays as it is. */
export async function announceFound(
  bus: Bus,
  { clip, camera, file, path, info }: ProbedClip,
  signal?: AbortSignal,
  known?: CameraKnowledge,
): Promise<'stored' | 'repeated'> {
  const time = await recordedAt(path, known?.clockOf(camera)).catch(() => undefined);
  const { width, height, fps, durationS } = info;
  const body: ClipFound = {
    ...{ clip, camera, file, source: path, width, height, fps },
    frames: info.frames ?? Math.round(durationS * fps),
    ...(time && { recordedAt: time }),
  };
  return bus.publish(outgoing(ClipFound, { camera, clip }, body), { signal });
}

/** Where clips of watched folders go. */
export interface ArrivalOptions {
  readonly bus: Bus;
  /** Of all clips; each clip's folder where not given. */
  readonly camera?: string | undefined;
  readonly signal: AbortSignal;
  readonly log: Logger;
  /** Resolves when there is room for a clip: until then it waits where it is. */
  readonly untilRoom?: (signal: AbortSignal) => Promise<void>;
  /** How the cameras' clocks are read. */
  readonly known?: CameraKnowledge;
}

/**
 * Identifies and announces a file that appeared; a file that is no clip or can't be read is passed over, with a word in
 * the log where it looks like one.
 * @returns null where it was not announced
 */
export async function announceFile(
  source: ClipFile,
  { bus, camera, signal, log, known, untilRoom }: ArrivalOptions,
): Promise<ClipInput | null> {
  const { path } = source;
  if (!isClipFile(path)) return null;
  try {
    const { kind, what = 'a folder' } = await entryAt(path);
    if (kind !== 'file') throw new PoisonError('no clip', { found: what, expected: 'a regular file' });
    const input = await identifyClip(source, camera);
    await untilRoom?.(signal);
    const stored = await announceClip(bus, { ...input, anchors: [] }, signal, known);
    log.info({ clip: input.clip, file: input.file }, stored === 'stored' ? 'arrived' : 'arrived before');
    return input;
  } catch (error) {
    log.warn({ file: path, why: reasonOf(error) }, 'clip not taken');
    return null;
  }
}
