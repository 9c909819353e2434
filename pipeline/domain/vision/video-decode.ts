/**
 * Clips to frames. FFmpeg's contexts are driven by hand, packet by packet, because node-av's `Decoder` drops
 * every frame that carries an error flag (with damage, all until the next keyframe) and its `Demuxer` loses
 * packets that arrive together with the end of the file: of a clip with a flipped bit in every 2 KB, 59
 * of 899 frames came back where this gives nearly all.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  AV_CODEC_FLAG_OUTPUT_CORRUPT,
  AV_FRAME_FLAG_CORRUPT,
  AV_PKT_FLAG_CORRUPT,
  AV_PKT_FLAG_DISCARD,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVSEEK_FLAG_BACKWARD,
} from 'node-av/constants';
import { CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import { PoisonError, RetryableError } from '../../runtime/errors.ts';
import { MOST_PIXELS } from './largest.ts';
import { FrameConverter } from './video-convert.ts';
import { type Counts, type DecodeSummary, summarise } from './video-damage.ts';
import { PictureDeadline } from './video-deadline.ts';
import { Clock, DecodedFrame, type VideoFrame } from './video-frame.ts';
import { Holes } from './video-holes.ts';
import { missingBytes } from './video-length.ts';
import { defaultTimeoutS, type OpenClip, openClip } from './video-open.ts';

/** A frame that decoding can begin at. */
export interface Keyframe {
  readonly index: number;
  /** As `pts`, see {@link VideoFrame}. */
  readonly stamp: bigint;
  readonly pts: number;
}

/** All optional. */
export interface DecodeOptions {
  /**
   * Begins at this keyframe of a file, which a decoding from its start gave: the first frame that is given is the one
   * with its stamp, and none is where the file does not lead there. `onEnd` is not called.
   */
  readonly from?: Keyframe | undefined;
  readonly signal?: AbortSignal;
  /** Called once, after the last frame. Not called when the reader stops early or decoding throws. */
  readonly onEnd?: (summary: DecodeSummary) => void;
  /** A camera that is silent for so long is lost, s. */
  readonly timeoutS?: number;
}

/**
 * Frames of a file or of a camera's stream (`rtsp://` over TCP, and what else FFmpeg opens), upright, one at a
 * time: memory does not grow with the clip. A damaged clip gives what can be recovered; `onEnd` says how much.
 *
 * Decoding is on one thread, so that guessed parts of damaged pictures are the same on every run; clips are
 * what is done in parallel.
 *
 * @throws PoisonError where the file is missing, empty, no video, cut off before its index, or gives no frame
 * @throws RetryableError where a stream can't be reached, breaks off, or gives no picture for too long
 */
export async function* decodeClip(
  path: string,
  options: DecodeOptions = {},
): AsyncGenerator<VideoFrame, void> {
  const { signal, from } = options;
  const timeoutS = options.timeoutS ?? defaultTimeoutS;
  const clip = await openClip(path, timeoutS, signal);
  const deadline = new PictureDeadline(clip.format, clip.name, clip.live ? timeoutS : 0);
  const interrupt = () => clip.format.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const packet = new Packet();
  const frame = new Frame();
  packet.alloc();
  frame.alloc();
  let decoder: CodecContext | undefined;
  let converter: FrameConverter | undefined;
  try {
    decoder = await openDecoder(clip);
    converter = new FrameConverter(clip);
    const count: Counts = {
      frames: 0,
      packets: 0,
      lostPackets: 0,
      damagedFrames: 0,
      hidden: 0,
      endS: 0,
      missingBytes: 0,
    };
    const clock = new Clock(clip.stream, from);
    const holes = new Holes(clip);
    if (from) {
      const sought = await clip.format.seekFrame(clip.stream.index, from.stamp, AVSEEK_FLAG_BACKWARD);
      if (sought < 0) return;
      count.frames = from.index;
    }
    /** The keyframe was met. */
    let begun = from === undefined;
    deadline.begin();
    for (let open = true; open; ) {
      signal?.throwIfAborted();
      const onReadError = (why: string) => {
        count.readError = why;
      };
      open = await readPacket(clip, packet, { signal, deadline, holes, onReadError });
      // An empty packet would tell the decoder that the clip is over.
      if (open && packet.size === 0) continue;
      if (open) count.packets++;
      if (open && packet.hasFlags(AV_PKT_FLAG_DISCARD)) count.hidden++;
      let damagedPacket = open && packet.hasFlags(AV_PKT_FLAG_CORRUPT);
      const sent = await decoder.sendPacket(open ? packet : null);
      if (open && sent < 0) count.lostPackets++;
      packet.unref();

      for (;;) {
        const received = await decoder.receiveFrame(frame);
        if (received === AVERROR_EAGAIN || received === AVERROR_EOF) break;
        if (received < 0) {
          // Without a packet to blame, an error at the end would come for ever.
          if (!open) break;
          count.lostPackets++;
          break;
        }
        frame.timeBase = clip.stream.timeBase;
        const damaged =
          damagedPacket || frame.decodeErrorFlags !== 0 || frame.hasFlags(AV_FRAME_FLAG_CORRUPT);
        damagedPacket = false;
        if (damaged) count.damagedFrames++;
        if (from && !begun) {
          const stamp = frame.bestEffortTimestamp;
          begun = stamp === from.stamp;
          if (!begun) frame.unref();
          if (stamp > from.stamp) return;
          if (!begun) continue;
        }
        const index = count.frames++;
        const pts = clock.seconds(frame, index);
        count.endS = Math.max(count.endS, pts + clock.stepS);
        const given = new DecodedFrame(frame, converter, index, pts, damaged);
        frame.unref();
        deadline.end();
        try {
          yield given;
        } finally {
          given.release();
        }
        deadline.begin();
      }
    }
    if (from) return;
    if (count.frames === 0) throw noFrames(clip, count.packets);
    count.holes = holes.found();
    if (!clip.live) count.missingBytes = await missingBytes(path);
    options.onEnd?.(summarise(count, clip, clock.stepS));
  } catch (error) {
    if (clip.live || !(error instanceof FFmpegError)) throw error;
    throw new PoisonError(`${clip.name} can't be decoded`, { found: error.message, cause: error });
  } finally {
    deadline.end();
    signal?.removeEventListener('abort', interrupt);
    await converter?.idle();
    converter?.[Symbol.dispose]();
    decoder?.freeContext();
    frame.free();
    packet.free();
    await clip.format.closeInput();
  }
}

async function openDecoder({ codec, stream }: OpenClip): Promise<CodecContext> {
  const decoder = new CodecContext();
  decoder.allocContext3(codec);
  // What the ffmpeg program sets as well: give damaged pictures with their holes filled instead of none.
  decoder.setFlags(AV_CODEC_FLAG_OUTPUT_CORRUPT);
  decoder.setOption('ec', 'guess_mvs+deblock');
  decoder.setOption('max_pixels', String(MOST_PIXELS)); // a picture may grow in the middle of a clip
  try {
    FFmpegError.throwIfError(decoder.parametersToContext(stream.codecpar), `${codec.name} decoder`);
    decoder.pktTimebase = stream.timeBase;
    decoder.threadCount = 1;
    FFmpegError.throwIfError(await decoder.open2(codec), `${codec.name} decoder`);
    return decoder;
  } catch (error) {
    decoder.freeContext();
    throw error;
  }
}

/** All optional. */
export interface ReadOptions {
  readonly signal?: AbortSignal | undefined;
  readonly deadline?: PictureDeadline;
  /** Is shown every packet, also those of sound. */
  readonly holes?: Holes;
  /** Called where a file can't be read to its end. */
  readonly onReadError?: (why: string) => void;
}

/**
 * The next packet of the picture; false at the end. A file that can't be read further has ended, and says why.
 * @throws RetryableError where a stream breaks off, or gives no picture in time
 */
export async function readPacket(
  clip: OpenClip,
  packet: Packet,
  { signal, deadline, holes, onReadError }: ReadOptions = {},
): Promise<boolean> {
  for (;;) {
    const result = await clip.format.readFrame(packet);
    signal?.throwIfAborted();
    deadline?.check();
    if (result >= 0) {
      holes?.note(packet);
      if (packet.streamIndex === clip.stream.index) return true;
      packet.unref();
    } else if (result === AVERROR_EAGAIN) {
      await sleep(10);
    } else if (result === AVERROR_EOF) {
      return false;
    } else if (!clip.live) {
      onReadError?.(FFmpegError.strerror(result));
      return false;
    } else {
      throw new RetryableError(`${clip.name} broke off`, { found: FFmpegError.strerror(result) });
    }
  }
}

function noFrames(clip: OpenClip, packets: number): PoisonError {
  return new PoisonError(`${clip.name} has no frame that can be decoded`, {
    found: `0 frames in ${packets} packets of ${clip.codec.name}`,
    expected: 'at least 1',
  });
}
