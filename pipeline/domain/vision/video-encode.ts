/** Rasters to a clip: what the rendered demo and the tests make their own clips with. */
import { Encoder, FilterAPI, Muxer } from 'node-av/api';
import {
  AV_PIX_FMT_RGB24,
  FF_ENCODER_LIBX264,
  FF_ENCODER_LIBX265,
  FF_ENCODER_MPEG4,
  type FFEncoderCodec,
} from 'node-av/constants';
import { Frame, type Packet } from 'node-av/lib';
import { FatalError } from '../../runtime/errors.ts';
import type { Raster } from './image.ts';
import './video-log.ts';

/** How the clip is written. */
export interface EncodeOptions {
  /** Frames per second, to 1/1000. */
  readonly fps: number;
  readonly codec?: 'h264' | 'hevc' | 'mpeg4';
  /** Frames between keyframes. */
  readonly keyframeEvery?: number;
}

const encoders: Record<
  'h264' | 'hevc' | 'mpeg4',
  { codec: FFEncoderCodec; options: Record<string, string> }
> = {
  h264: { codec: FF_ENCODER_LIBX264, options: { preset: 'veryfast', crf: '20' } },
  hevc: {
    codec: FF_ENCODER_LIBX265,
    options: { preset: 'ultrafast', crf: '22', 'x265-params': 'log-level=none' },
  },
  mpeg4: { codec: FF_ENCODER_MPEG4, options: { qmin: '2', qmax: '4' } },
};

/**
 * Writes frames of one even size as a clip; the container goes by the file's ending (mp4, mov, avi, mkv, ts).
 * The same frames give the same bytes.
 */
export async function encodeClip(
  path: string,
  frames: AsyncIterable<Raster>,
  { fps, codec = 'h264', keyframeEvery = 48 }: EncodeOptions,
): Promise<void> {
  const rate = { num: Math.round(fps * 1000), den: 1000 };
  const timeBase = { num: rate.den, den: rate.num };
  const filter = FilterAPI.create('scale=out_color_matrix=bt601:out_range=tv,format=yuv420p', {
    framerate: rate,
  });
  const { codec: name, options } = encoders[codec];
  const encoder = await Encoder.create(name, {
    gopSize: keyframeEvery,
    threadCount: 1,
    filter,
    options,
  });
  const muxer = await Muxer.open(path);
  try {
    const track = muxer.addStream(encoder);
    const write = async (packets: Packet[]) => {
      for (const packet of packets) {
        await muxer.writePacket(packet, track);
        packet.free();
      }
    };
    let index = 0n;
    for await (const { data, width, height } of frames) {
      const pixels = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      const frame = Frame.fromVideoBuffer(pixels, {
        width,
        height,
        format: AV_PIX_FMT_RGB24,
        timeBase,
        pts: index++,
      });
      try {
        await filter.process(frame);
        const yuv = await filter.receive();
        if (!(yuv instanceof Frame)) throw new FatalError('the scaler gave no picture');
        await write(await encoder.encodeAll(yuv));
        yuv.free();
      } finally {
        frame.free();
      }
    }
    await write(await encoder.encodeAll(null));
  } finally {
    await muxer.close();
    encoder.close();
    filter.close();
  }
}
