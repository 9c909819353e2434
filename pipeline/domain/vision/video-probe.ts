/** What a clip's container says about it, without decoding. */
import { AV_NOPTS_VALUE } from 'node-av/constants';
import { defaultTimeoutS, type OpenClip, openClip } from './video-open.ts';

/** What a clip's container says about it. */
export interface ClipInfo {
  /** Of the upright picture, px. */
  readonly width: number;
  readonly height: number;
  /** Frames per second on average; 0 where unknown. */
  readonly fps: number;
  /** Seconds; 0 where unknown, as for a camera. */
  readonly durationS: number;
  /** FFmpeg's name: h264, hevc, mpeg4 ... */
  readonly codec: string;
  /** As announced; the count that is decoded may be another. */
  readonly frames?: number;
}

/** All optional. */
export interface ProbeOptions {
  readonly signal?: AbortSignal;
  /** A camera that is silent for so long is lost, s. */
  readonly timeoutS?: number;
}

/** @throws PoisonError, RetryableError as `decodeClip`, without decoding */
export async function probeClip(path: string, options: ProbeOptions = {}): Promise<ClipInfo> {
  const clip = await openClip(path, options.timeoutS ?? defaultTimeoutS, options.signal);
  try {
    const { stream, format, codec, width, height } = clip;
    const frames = announcedFrames(clip);
    return {
      width,
      height,
      fps: ratio(stream.avgFrameRate) || ratio(stream.rFrameRate),
      durationS: pictureSeconds(clip) || duration(format.duration, 1e-6),
      codec: codec.name ?? 'unknown',
      ...(frames === undefined ? {} : { frames }),
    };
  } finally {
    await clip.format.closeInput();
  }
}

/** Frames that the container announces; undefined where it does not. */
export function announcedFrames({ stream }: OpenClip): number | undefined {
  return stream.nbFrames > 0n ? Number(stream.nbFrames) : undefined;
}

/**
 * How long the container says that the picture lasts, s; 0 where it does not. The length of the whole is the picture's
 * only where there is nothing but the picture.
 */
export function pictureSeconds({ stream, format }: OpenClip): number {
  const own = duration(stream.duration, ratio(stream.timeBase));
  return own || (format.nbStreams === 1 ? duration(format.duration, 1e-6) : 0);
}

function ratio({ num, den }: { num: number; den: number }): number {
  return den === 0 ? 0 : num / den;
}

function duration(units: bigint, unit: number): number {
  return units === AV_NOPTS_VALUE || units <= 0n ? 0 : Number(units) * unit;
}
