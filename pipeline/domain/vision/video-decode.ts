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
  AVERROR_EAGAIN,
  AVERROR_EOF,
} from 'node-av/constants';
import { CodecContext, FFmpegError, Frame, Packet } from 'node-av/lib';
import { PoisonError, RetryableError } from '../../runtime/errors.ts';
import { FrameConverter } from './video-convert.ts';
import { Clock, DecodedFrame, type VideoFrame } from './video-frame.ts';
import { defaultTimeoutS, type OpenClip, openClip } from './video-open.ts';
import { announcedFrames } from './video-probe.ts';

/** How a decoding went. */
export interface DecodeSummary {
  /** Frames given. */
  readonly frames: number;
  /** Packets of video read. */
  readonly packets: number;
  /** Packets the decoder refused: they gave no frame. */
  readonly lostPackets: number;
  /** Frames given whose data was damaged. */
  readonly damagedFrames: number;
  /** Frames the container announced, where it did. */
  readonly announced?: number;
  /** One sentence on what is wrong with the clip; absent where nothing is. */
  readonly damage?: string;
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
 * @throws RetryableError where a stream can't be reached or breaks off
 */
export async function* decodeClip(
  path: string,
  options: DecodeOptions = {},
): AsyncGenerator<VideoFrame, void> {
  const { signal } = options;
  const clip = await openClip(path, options.timeoutS ?? defaultTimeoutS, signal);
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
    const count = { frames: 0, packets: 0, lostPackets: 0, damagedFrames: 0 };
    const clock = new Clock(clip.stream);
    for (let open = true; open; ) {
      signal?.throwIfAborted();
      open = await readPacket(clip, packet, signal);
      // An empty packet would tell the decoder that the clip is over.
      if (open && packet.size === 0) continue;
      if (open) count.packets++;
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
        const given = new DecodedFrame(frame, converter, index, clock.seconds(frame, index), damaged);
        frame.unref();
        try {
          yield given;
        } finally {
          given.release();
        }
      }
    }
    if (count.frames === 0) throw noFrames(clip, count.packets);
    options.onEnd?.(summarise(count, announcedFrames(clip)));
  } finally {
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

/** The next packet of the picture; false at the end. A file that can't be read further has ended. */
export async function readPacket(clip: OpenClip, packet: Packet, signal?: AbortSignal): Promise<boolean> {
  for (;;) {
    const result = await clip.format.readFrame(packet);
    signal?.throwIfAborted();
    if (result >= 0) {
      if (packet.streamIndex === clip.stream.index) return true;
      packet.unref();
    } else if (result === AVERROR_EAGAIN) {
      await sleep(10);
    } else if (result === AVERROR_EOF || !clip.live) {
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

type Counts = Pick<DecodeSummary, 'frames' | 'packets' | 'lostPackets' | 'damagedFrames'>;

/** Containers may announce a frame or two more than there are (AVI counts placeholders); that is no damage. */
const announcedSlack = 2;

function summarise(counts: Counts, announced: number | undefined): DecodeSummary {
  const parts: string[] = [];
  if (announced !== undefined && announced - counts.packets > announcedSlack) {
    parts.push(`cut off: ${counts.packets} of ${announced} frames are there`);
  }
  if (counts.lostPackets > 0) parts.push(`${counts.lostPackets} packets can't be decoded`);
  if (counts.damagedFrames > 0) parts.push(`${counts.damagedFrames} frames are damaged`);
  return {
    ...counts,
    ...(announced === undefined ? {} : { announced }),
    ...(parts.length === 0 ? {} : { damage: parts.join(', ') }),
  };
}
