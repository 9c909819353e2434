/** Single frames of a clip by exact index, from the keyframe before where that is known to give the same picture. */
import { basename } from 'node:path';
import { PoisonError } from '../../runtime/errors.ts';
import type { SeekIndex } from './seek-index.ts';
import { type DecodeOptions, decodeClip, type Keyframe } from './video-decode.ts';
import type { VideoFrame } from './video-frame.ts';
import { isStreamUrl } from './video-open.ts';

/** A clip that had to be read so far from its start is read to its end, so that it is the last time. */
const READ_ON_FROM = 256;

type SeekOptions = Pick<DecodeOptions, 'signal' | 'timeoutS'>;

/**
 * The wanted frames, in no order. What the index knows is read from the keyframe before it, and given only where time
 * and pixels are those of a decoding from the start; everything else is read from the start, and noted in the index.
 * Who wants a frame that somebody is just reading towards waits for it.
 *
 * @throws PoisonError where the clip has no such frame, or another file is in its place, and as {@link decodeClip}
 */
export async function* framesAt(
  path: string,
  wanted: Iterable<number>,
  index: SeekIndex,
  options: SeekOptions = {},
): AsyncGenerator<VideoFrame, void> {
  const missing = new Set(wanted);
  const given = async function* (frames: AsyncIterable<VideoFrame>) {
    for await (const frame of frames) {
      missing.delete(frame.index);
      yield frame;
    }
  };
  const isFile = !isStreamUrl(path);
  while (isFile && missing.size > 0) {
    const known = [...missing].filter((frame) => frame < index.length);
    for (const group of groups(known, index)) yield* given(fromKeyframe(path, group, index, options));
    // What a keyframe does not lead to.
    const left = known.filter((frame) => missing.has(frame));
    if (left.length > 0) yield* given(fromStart(path, new Set(left), index, options));
    const gone = left.find((frame) => missing.has(frame));
    if (gone !== undefined) throw otherFile(path, 'none', gone);
    if (missing.size === 0) return;
    if (!index.isBeingRead) break;
    await index.grown(options.signal);
  }
  if (missing.size > 0) yield* given(fromStart(path, new Set(missing), index, options));
  if (missing.size === 0) return;
  throw new PoisonError(`${basename(path)} has no frame ${Math.min(...missing)}`, {
    found: `${index.length} frames`,
    expected: 'one of them',
  });
}

interface Group {
  readonly keyframe: Keyframe;
  readonly wanted: ReadonlySet<number>;
}

function groups(known: readonly number[], index: SeekIndex): Group[] {
  const found = known.flatMap((frame) => {
    const keyframe = index.keyframeBefore(frame);
    return keyframe ? [{ frame, keyframe }] : [];
  });
  return [...Map.groupBy(found, ({ keyframe }) => keyframe)].map(([keyframe, own]) => ({
    keyframe,
    wanted: new Set(own.map(({ frame }) => frame)),
  }));
}

async function* fromKeyframe(
  path: string,
  { keyframe, wanted }: Group,
  index: SeekIndex,
  options: SeekOptions,
): AsyncGenerator<VideoFrame, void> {
  const last = Math.max(...wanted);
  for await (const frame of decodeClip(path, { ...options, from: keyframe })) {
    if (wanted.has(frame.index)) {
      if (!index.isSame(frame)) return;
      yield frame;
    }
    if (frame.index >= last) return;
  }
}

async function* fromStart(
  path: string,
  wanted: ReadonlySet<number>,
  index: SeekIndex,
  options: SeekOptions,
): AsyncGenerator<VideoFrame, void> {
  const last = Math.max(...wanted);
  const read = index.beginReading();
  try {
    for await (const frame of decodeClip(path, options)) {
      index.note(frame);
      const isNewest = frame.index === index.length - 1;
      if (wanted.has(frame.index)) {
        if (!index.isSame(frame)) throw otherFile(path, 'another picture', frame.index);
        yield frame;
      }
      if (frame.index >= last && !(isNewest && last >= READ_ON_FROM)) return;
    }
  } finally {
    read();
  }
}

function otherFile(path: string, what: string, index: number): PoisonError {
  return new PoisonError(`${basename(path)} is not the clip that it was`, {
    found: `${what} at frame ${index}`,
    expected: 'the file that was read before',
  });
}
