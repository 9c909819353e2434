/**
 * Opens a clip or a camera's stream and finds its picture, or says in one sentence why it can't:
 * FFmpeg's own answer to a text file, a cut-off mp4 and an empty file is the same "Invalid data".
 */
import { type FileHandle, open, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { AV_PKT_DATA_DISPLAYMATRIX, AVMEDIA_TYPE_AUDIO, AVMEDIA_TYPE_VIDEO } from 'node-av/constants';
import { Codec, Dictionary, FFmpegError, FormatContext, type Stream } from 'node-av/lib';
import { PoisonError, RetryableError, reasonOf } from '../../runtime/errors.ts';
import { safeAddress } from '../../runtime/safe-address.ts';
import { LONGEST_SIDE, MOST_PIXELS } from './largest.ts';
import { PictureDeadline } from './video-deadline.ts';
import './video-log.ts';

/** An opened input with its video stream; close `format` when done. */
export interface OpenClip {
  /** The file's name, or the address as it may be shown: what messages call it. */
  readonly name: string;
  readonly live: boolean;
  readonly format: FormatContext;
  readonly stream: Stream;
  readonly codec: Codec;
  /** How to turn the decoded picture upright, as an FFmpeg filter; '' where it is. */
  readonly turn: string;
  /** Size of the upright picture, px. */
  readonly width: number;
  readonly height: number;
}

/** How long a stream may be silent by default, s. */
export const defaultTimeoutS = 10;

const expectedClip = 'a video clip (mp4, mov, avi, mkv or ts)';

/** Is this an address (rtsp://, http://, udp:// ...) rather than a file? */
export function isStreamUrl(path: string): boolean {
  return /^(rtsps?|rtmps?|rtp|srt|udp|tcp|https?):\/\//i.test(path);
}

/**
 * @param path of a file, or the URL of a stream
 * @param timeoutS how long a stream may be silent
 * @throws PoisonError where the file is missing, empty, cut off, no video, or in an unknown codec
 * @throws RetryableError where a stream can't be reached, or gives no picture
 */
export async function openClip(path: string, timeoutS: number, signal?: AbortSignal): Promise<OpenClip> {
  signal?.throwIfAborted();
  const live = isStreamUrl(path);
  const name = live ? safeAddress(path) : basename(path);
  if (!live) await refuseUnreadable(path, name);

  const format = new FormatContext();
  // Before opening, so that an abort reaches a server that never answers.
  format.allocContext();
  const interrupt = () => format.interrupt();
  signal?.addEventListener('abort', interrupt, { once: true });
  const options = Dictionary.fromObject(live ? streamOptions(path, timeoutS) : {});
  const deadline = new PictureDeadline(format, name, live ? timeoutS : 0);
  deadline.begin();
  try {
    FFmpegError.throwIfError(await format.openInput(path, null, options));
    FFmpegError.throwIfError(await format.findStreamInfo());
    deadline.check();
    return { name, live, format, ...findPicture(format, name) };
  } catch (error) {
    await format.closeInput();
    signal?.throwIfAborted();
    deadline.check();
    if (error instanceof PoisonError) throw error;
    if (live) throw new RetryableError(`${name} can't be opened`, { found: reasonOf(error), cause: error });
    throw new PoisonError(`${name} can't be opened as a video`, {
      found: await diagnose(path, reasonOf(error)),
      expected: expectedClip,
      cause: error,
    });
  } finally {
    deadline.end();
    options.free();
    signal?.removeEventListener('abort', interrupt);
  }
}

/** What FFmpeg's demuxers take: RTSP over TCP (UDP loses packets), and no read may hang for ever. */
function streamOptions(url: string, timeoutS: number): Record<string, string> {
  const microseconds = String(Math.round(timeoutS * 1e6));
  return /^rtsps?:/i.test(url)
    ? { rtsp_transport: 'tcp', timeout: microseconds }
    : { rw_timeout: microseconds };
}

async function refuseUnreadable(path: string, name: string): Promise<void> {
  const unreadable = (error: unknown) =>
    new PoisonError(`${name} can't be read`, {
      found: reasonOf(error),
      expected: expectedClip,
      cause: error,
    });
  const entry = await stat(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  if (!entry.isFile()) {
    // A named pipe that nobody writes to would hold whoever opens it for ever.
    const found = entry.isDirectory() ? 'a folder' : entry.isFIFO() ? 'a named pipe' : 'no regular file';
    throw new PoisonError(`${name} can't be opened as a video`, { found, expected: expectedClip });
  }
  if (entry.size === 0) {
    throw new PoisonError(`${name} is empty`, { found: '0 bytes', expected: expectedClip });
  }
  const file = await open(path).catch((error: unknown) => {
    throw unreadable(error);
  });
  await file.close();
}

function findPicture(format: FormatContext, name: string): Omit<OpenClip, 'name' | 'live' | 'format'> {
  const stream = format.streams[format.findBestStream(AVMEDIA_TYPE_VIDEO)];
  if (stream === undefined) {
    const sound = format.streams.filter((other) => other.codecpar.codecType === AVMEDIA_TYPE_AUDIO).length;
    throw new PoisonError(`${name} has no picture`, {
      found: `${format.nbStreams} streams, ${sound} of them sound`,
      expected: 'a video stream',
    });
  }
  const { codecpar } = stream;
  const codec = Codec.findDecoder(codecpar.codecId);
  if (codec === null) {
    throw new PoisonError(`${name} is in a codec that can't be decoded`, {
      found: codecpar.codecTagString ?? `codec ${codecpar.codecId}`,
      expected: 'H.264, HEVC, MPEG-4 or another that FFmpeg decodes',
    });
  }
  if (codecpar.width <= 0 || codecpar.height <= 0) {
    throw new PoisonError(`${name} does not say how large its picture is`, {
      found: `${codecpar.width} x ${codecpar.height} px in ${codec.name}`,
      expected: 'a width and a height',
    });
  }
  const { width: w, height: h } = codecpar;
  if (Math.max(w, h) > LONGEST_SIDE || w * h > MOST_PIXELS) {
    throw new PoisonError(`${name} announces a picture that no camera makes`, {
      found: `${codecpar.width} x ${codecpar.height} px`,
      expected: `at most ${LONGEST_SIDE} px a side and ${MOST_PIXELS / 1e6} Mpx in all`,
    });
  }
  const turn = uprightFilter(codecpar.getCodedSideData(AV_PKT_DATA_DISPLAYMATRIX));
  const [width, height] = turn.startsWith('transpose')
    ? [codecpar.height, codecpar.width]
    : [codecpar.width, codecpar.height];
  return { stream, codec, turn, width, height };
}

/**
 * The display matrix (ISO 14496-12 §8.3.2: nine 32-bit numbers, row-major, x' = ax + cy, y' = bx + dy) as
 * FFmpeg filters. Only quarter turns and mirrors are undone; another angle leaves the picture as it is.
 */
export function uprightFilter(matrix: Buffer | null): string {
  if (matrix === null || matrix.length < 20) return '';
  const at = (index: number) => Math.sign(matrix.readInt32LE(index * 4));
  const key = [at(0), at(1), at(3), at(4)].join(' ');
  const filters: Record<string, string> = {
    '-1 0 0 1': 'hflip',
    '1 0 0 -1': 'vflip',
    '-1 0 0 -1': 'hflip,vflip',
    '0 1 -1 0': 'transpose=clock',
    '0 -1 1 0': 'transpose=cclock',
    '0 1 1 0': 'transpose=cclock_flip',
    '0 -1 -1 0': 'transpose=clock_flip',
  };
  return filters[key] ?? '';
}

/** Why FFmpeg could not open this file, as far as its first bytes and boxes tell. */
async function diagnose(path: string, reason: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const head = Buffer.alloc(512);
    const { bytesRead } = await file.read(head, 0, head.length, 0);
    const start = head.subarray(0, bytesRead);
    if (start.subarray(4, 8).toString('latin1') === 'ftyp') {
      const boxes = await topBoxes(file, size);
      if (!boxes.includes('moov')) {
        return `an mp4 cut off after ${size} bytes: its index ('moov') is missing`;
      }
    }
    const text = start.toString('utf8');
    if (/^[\t\n\r\x20-\x7e\u00a0-\ufffc]*$/.test(text)) {
      return `${size} bytes of text`; // not which: it may be a secret's
    }
    return `${size} bytes (${reason})`;
  } finally {
    await file.close();
  }
}

/** Types of an mp4's outermost boxes, as far as they lie inside the file. */
async function topBoxes(file: FileHandle, size: number): Promise<string[]> {
  const types: string[] = [];
  const header = Buffer.alloc(16);
  for (let at = 0; at + 8 <= size && types.length < 1000; ) {
    await file.read(header, 0, 16, at);
    const short = header.readUInt32BE(0);
    const length = short === 1 ? Number(header.readBigUInt64BE(8)) : short;
    types.push(header.toString('latin1', 4, 8));
    if (length < 8) break;
    at += length;
  }
  return types;
}
