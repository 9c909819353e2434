/** BMP pictures, which sharp can't read, by FFmpeg's decoder: 1 to 32 bits a pixel, palettes, run lengths, upside down. */
import { FilterAPI } from 'node-av/api';
import { AV_CODEC_ID_BMP } from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from 'node-av/lib';
import type { Raster } from './image.ts';
import { MOST_PIXELS } from './largest.ts';
import './video-log.ts';

/** What its header announces, px; 0 where it has none. */
export function bmpPixels(bytes: Uint8Array): number {
  if (bytes.byteLength < 26) return 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Math.abs(view.getInt32(18, true) * view.getInt32(22, true)); // a negative height: from the top down
}

/** @throws where it is cut off, damaged, too large or of a kind that nobody reads */
export async function decodeBmp(bytes: Uint8Array): Promise<Raster> {
  if (bmpPixels(bytes) > MOST_PIXELS) throw new Error(`more than ${MOST_PIXELS} px`);
  const codec = Codec.findDecoder(AV_CODEC_ID_BMP);
  if (codec === null) throw new Error('this FFmpeg reads no BMP');
  const decoder = new CodecContext();
  const [packet, frame] = [new Packet(), new Frame()];
  const toRgb = FilterAPI.create('format=rgb24');
  try {
    decoder.allocContext3(codec);
    packet.alloc();
    frame.alloc();
    FFmpegError.throwIfError(await decoder.open2(codec), 'BMP decoder');
    packet.data = Buffer.from(bytes);
    FFmpegError.throwIfError(await decoder.sendPacket(packet), 'BMP decoder');
    FFmpegError.throwIfError(await decoder.receiveFrame(frame), 'BMP decoder');
    frame.timeBase = new Rational(1, 1); // a filter takes none without
    const { width, height } = frame;
    await toRgb.process(frame);
    const rgb = await toRgb.receive();
    if (!(rgb instanceof Frame)) throw new Error('no picture came out');
    try {
      return { data: rgb.toBuffer(), width, height };
    } finally {
      rgb.free();
    }
  } finally {
    toRgb.close();
    decoder.freeContext();
    frame.free();
    packet.free();
  }
}
