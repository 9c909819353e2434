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
} from 'node-av/constants';
import { CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import type { Damage } from '../../../schemas/terms.ts';
import { PoisonError, RetryableError } from '../../runtime/errors.ts';
import { MOST_PIXELS } from './largest.ts';
import { FrameConverter } from './video-convert.ts';
import { PictureDeadline } from './video-deadline.ts';
import { Clock, DecodedFrame, type VideoFrame } from './video-frame.ts';
import { defaultTimeoutS, type OpenClip, openClip } from './video-open.ts';
import { announcedFrames, pictureSeconds } from './video-probe.ts';

/** How a decoding went. */
export interface DecodeSummary {
  /** Frames given. */
  readonly frames: number;
  /** Packets of video read. */
  readonly packets: number;
  /** Frames the container announced, where it did. */
  readonly announced?: number;
  /** What the file announced or held and did not give; absent where nothing is wrong with it. */
  readonly damage?: Damage;
}

/** All optional. */
export interface DecodeOptions {
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
  const { signal } = options;
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
    const count: Counts = { frames: 0, packets: 0, lostPackets: 0, damagedFrames: 0, hidden: 0, endS: 0 };
    const clock = new Clock(clip.stream);
    deadline.begin();
    for (let open = true; open; ) {
      signal?.throwIfAborted();
      const onReadError = (why: string) => {
        count.readError = why;
      };
      open = await readPacket(clip, packet, { signal, deadline, onReadError });
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
    if (count.frames === 0) throw noFrames(clip, count.packets);
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
  { signal, deadline, onReadError }: ReadOptions = {},
): Promise<boolean> {
  for (;;) {
    const result = await clip.format.readFrame(packet);
    signal?.throwIfAborted();
    deadline?.check();
    if (result >= 0) {
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

interface Counts {
  frames: number;
  packets: number;
  /** Packets that the decoder refused, or that it failed on. */
  lostPackets: number;
  damagedFrames: number;
  /** Packets that the container itself hides (an edit list): announced, and rightly not given. */
  hidden: number;
  /** Where the last frame ends, s. */
  endS: number;
  /** Why the file could not be read to its end. */
  readError?: string;
}

/** Containers may announce a frame or two more than there are (AVI counts placeholders); that is no damage. */
const announcedSlack = 2;
/** A container's length is rounded, and the last frame's own is guessed: so much may be missing at the end. */
const lengthSlack = { share: 0.01, s: 0.1, frames: 2.5 } as const;

function summarise(counts: Counts, clip: OpenClip, stepS: number): DecodeSummary {
  const { frames, packets, lostPackets, damagedFrames, readError } = counts;
  const announced = announcedFrames(clip);
  const missingFrames = Math.max(missingOfAnnounced(counts, announced), missingAtEnd(counts, clip, stepS));
  const parts: string[] = [];
  if (missingFrames > 0) parts.push(`cut off: ${frames} of ${frames + missingFrames} frames are there`);
  if (lostPackets > 0) parts.push(`${lostPackets} packets can't be decoded`);
  if (damagedFrames > 0) parts.push(`${damagedFrames} frames are damaged`);
  if (readError !== undefined) parts.push(`it can't be read to its end (${readError})`);
  const damage: Damage | undefined =
    parts.length === 0 ? undefined : { missingFrames, lostPackets, damagedFrames, what: parts.join(', ') };
  return {
    frames,
    packets,
    ...(announced === undefined ? {} : { announced }),
    ...(damage && { damage }),
  };
}

/** Two packets a frame are fields of interlaced pictures: nothing is missing there. */
function missingOfAnnounced({ frames, hidden }: Counts, announced: number | undefined): number {
  if (announced === undefined || Math.abs(announced - 2 * frames) <= announcedSlack) return 0;
  const missing = announced - hidden - frames;
  return missing > announcedSlack ? missing : 0;
}

/** Frames that would fill the time between the last frame's end and the clip's, at its average rate. */
function missingAtEnd({ endS }: Counts, clip: OpenClip, stepS: number): number {
  const lengthS = pictureSeconds(clip);
  const slackS = Math.max(lengthSlack.s, lengthSlack.share * lengthS, lengthSlack.frames * stepS);
  return lengthS - endS > slackS ? Math.round((lengthS - endS) / stepS) : 0;
}
