/** Decoded pictures to JPEG and RGB, upright. */
import { FilterAPI } from 'node-av/api';
import {
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
  FF_ENCODER_MJPEG,
  FF_QP2LAMBDA,
} from 'node-av/constants';
import { Codec, CodecContext, FFmpegError, Frame, Packet, Rational } from 'node-av/lib';
import { FatalError } from '../../runtime/errors.ts';
import type { Raster } from './image.ts';
import type { OpenClip } from './video-open.ts';

/**
 * Makes JPEGs and rasters of one clip's frames. FFmpeg's own JPEG encoder takes the decoder's YUV as it is:
 * twice as fast as sharp by way of RGB, and smaller at the same PSNR (figures: README.md of this folder).
 */
export class FrameConverter implements Disposable {
  readonly #clip: OpenClip;
  readonly #toYuv: FilterAPI;
  readonly #toRgb: FilterAPI;
  readonly #encoder: CodecContext;
  readonly #packet = new Packet();
  /** FFmpeg's contexts take one call at a time. */
  #queue: Promise<unknown> = Promise.resolve();
  #encoded = 0n;

  constructor(clip: OpenClip) {
    this.#clip = clip;
    const turn = clip.turn === '' ? '' : `${clip.turn},`;
    const size = `${turn}scale=${clip.width}:${clip.height}`;
    // JPEG is BT.601 at full range whatever the clip is; the scaler converts both while it copies.
    this.#toYuv = FilterAPI.create(`${size}:out_color_matrix=bt601:out_range=pc,format=yuv420p`);
    // Without accurate_rnd the scaler's green is 2 levels low.
    this.#toRgb = FilterAPI.create(`${size}:flags=bicubic+accurate_rnd,format=rgb24`);
    this.#packet.alloc();
    this.#encoder = openJpegEncoder(clip.width, clip.height);
  }

  jpeg(frame: Frame, quality: number, maxBytes = Number.POSITIVE_INFINITY): Promise<Uint8Array> {
    return this.#inTurn(async () => {
      const yuv = await convert(this.#toYuv, frame);
      try {
        let step = quantiserStep(quality);
        let bytes = await this.#encode(yuv, step);
        while (bytes.byteLength > maxBytes && step < coarsest) {
          step = Math.min(coarsest, Math.ceil(step * 1.3));
          bytes = await this.#encode(yuv, step);
        }
        return bytes;
      } finally {
        yuv.free();
      }
    });
  }

  raster(frame: Frame): Promise<Raster> {
    return this.#inTurn(async () => {
      const rgb = await convert(this.#toRgb, frame);
      try {
        return { data: rgb.toBuffer(), width: this.#clip.width, height: this.#clip.height };
      } finally {
        rgb.free();
      }
    });
  }

  /** Resolves when nothing that was asked for is outstanding. */
  async idle(): Promise<void> {
    await this.#queue;
  }

  [Symbol.dispose](): void {
    this.#toYuv.close();
    this.#toRgb.close();
    this.#encoder.freeContext();
    this.#packet.free();
  }

  async #encode(yuv: Frame, step: number): Promise<Uint8Array> {
    yuv.pts = this.#encoded++;
    yuv.quality = step * FF_QP2LAMBDA;
    FFmpegError.throwIfError(await this.#encoder.sendFrame(yuv), 'JPEG encoder');
    FFmpegError.throwIfError(await this.#encoder.receivePacket(this.#packet), 'JPEG encoder');
    try {
      return new Uint8Array(this.#packet.data ?? []);
    } finally {
      this.#packet.unref();
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#queue.then(work);
    this.#queue = result.catch(() => undefined);
    return result;
  }
}

const coarsest = 31;

/** libjpeg's 1..100 as MPEG's quantiser step 1..31 of about the same PSNR: 95 is 2, 90 is 3, 75 is 6. */
function quantiserStep(quality: number): number {
  return Math.max(1, Math.min(coarsest, Math.round(1 + (100 - quality) / 5)));
}

async function convert(filter: FilterAPI, frame: Frame): Promise<Frame> {
  await filter.process(frame);
  const result = await filter.receive();
  if (!(result instanceof Frame)) throw new FatalError('the scaler gave no picture');
  return result;
}

function openJpegEncoder(width: number, height: number): CodecContext {
  const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG);
  if (codec === null) throw new FatalError('this build of node-av has no JPEG encoder');
  const encoder = new CodecContext();
  encoder.allocContext3(codec);
  encoder.width = width;
  encoder.height = height;
  encoder.pixelFormat = AV_PIX_FMT_YUV420P;
  encoder.colorRange = AVCOL_RANGE_JPEG;
  encoder.timeBase = new Rational(1, 25);
  encoder.threadCount = 1;
  encoder.setFlags(AV_CODEC_FLAG_QSCALE);
  // Not by a Dictionary: open2 frees it behind node-av's back, and freeing it again is a crash.
  encoder.qMin = 1;
  encoder.qMax = coarsest;
  try {
    FFmpegError.throwIfError(encoder.open2Sync(codec), 'JPEG encoder');
  } catch (error) {
    encoder.freeContext();
    throw error;
  }
  return encoder;
}
