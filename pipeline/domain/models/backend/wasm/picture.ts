/** The sizes of a convolution or pooling, in the order in which simd/kernels/ takes them. */
import { backend_util } from '@tensorflow/tfjs-core';

type Shape4D = [number, number, number, number];
type Pad = Parameters<typeof backend_util.computeConv2DInfo>[4];
type Rounding = 'floor' | 'round' | 'ceil';

/** The attributes that all convolutions share. */
export interface ConvAttrs {
  strides: number | [number, number];
  pad: Pad;
  dimRoundingMode?: Rounding;
}

/** A tensor's or attribute's shape as the four numbers that the operation has checked it to be. */
export function shape4D(shape: readonly number[]): Shape4D {
  const [a, b, c, d] = shape;
  if (a === undefined || b === undefined || c === undefined || d === undefined || shape.length !== 4) {
    throw new Error(`found shape [${shape.join(', ')}], expected four axes`);
  }
  return [a, b, c, d];
}

/** Sizes, strides and padding of a convolution as tfjs computes them. */
export function convInfo(
  input: readonly number[],
  filter: readonly number[],
  { strides, pad, dimRoundingMode }: ConvAttrs,
  depthwise = false,
): backend_util.Conv2DInfo {
  return backend_util.computeConv2DInfo(
    shape4D(input),
    shape4D(filter),
    strides,
    1,
    pad,
    dimRoundingMode,
    depthwise,
  );
}

/** `n, h, w, c, oh, ow, k, fh, fw, strideH, strideW, top, left` of a dense convolution. */
export function denseSizes(info: backend_util.Conv2DInfo): number[] {
  return [...pictureSizes(info), info.outChannels, ...windowSizes(info)];
}

/** `n, h, w, c, oh, ow, fh, fw, strideH, strideW, top, left` of a depthwise convolution or a pooling. */
export function channelwiseSizes(info: backend_util.Conv2DInfo): number[] {
  return [...pictureSizes(info), ...windowSizes(info)];
}

/** Whether a convolution is a plain matrix product over all pixels. */
export function isPointwise(info: backend_util.Conv2DInfo): boolean {
  const window = info.filterHeight * info.filterWidth * info.strideHeight * info.strideWidth;
  return window === 1 && info.outHeight === info.inHeight && info.outWidth === info.inWidth;
}

function pictureSizes(info: backend_util.Conv2DInfo): number[] {
  return [info.batchSize, info.inHeight, info.inWidth, info.inChannels, info.outHeight, info.outWidth];
}

function windowSizes(info: backend_util.Conv2DInfo): number[] {
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info;
  return [filterHeight, filterWidth, strideHeight, strideWidth, padInfo.top, padInfo.left];
}

/** Refuses what no layer here uses, so that it is not computed wrongly. */
export function expectChannelsLast(kernel: string, dataFormat: string): void {
  if (dataFormat !== 'NHWC') throw new Error(`${kernel}: found data format ${dataFormat}, expected NHWC`);
}

/** Refuses a channel multiplier above 1: no network here has one. */
export function expectNoMultiplier(kernel: string, filter: readonly number[]): void {
  if (filter[3] !== 1) throw new Error(`${kernel}: found channel multiplier ${filter[3]}, expected 1`);
}
