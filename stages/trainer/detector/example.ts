/** What a detector is trained on and starts from. */
import { createHash } from 'node:crypto';
import type { ModelFiles } from '../../../pipeline/models/files.ts';
import type { Box } from '../../../pipeline/vision/box.ts';

/** A picture with all animals in it boxed; one without boxes is a negative. */
export interface Example {
  /** For errors and the digest. */
  readonly name: string;
  /** May be called several times; the trainer keeps as many pictures in memory as its budget allows. */
  readonly jpeg: () => Promise<Uint8Array>;
  readonly boxes: readonly LabelledBox[];
  /** How often it is drawn, against the others; 1 where not given. */
  readonly draw?: number;
}

export interface LabelledBox {
  /** px of the picture */
  readonly box: Box;
  /** One of the classes that are trained. */
  readonly label: string;
  /**
   * How much its losses count, 0..1; 1 for one drawn by hand. Where it is 0 the detector learns neither that
   * there is an animal nor that there is none.
   */
  readonly weight: number;
  /** No person drew it: little is learned of where exactly it lies. */
  readonly isAutomatic?: boolean;
}

export type Start =
  | { readonly kind: 'random' }
  | { readonly kind: 'model'; readonly files: ModelFiles }
  /** Megvii's `yolox_nano.onnx`. */
  | { readonly kind: 'yolox-onnx'; readonly path: string }
  /** A Keras MobileNetV2 that knows ImageNet, alpha 1 or 0.35. */
  | { readonly kind: 'mobilenet-v2'; readonly path: string };

/** First 16 hex of the SHA-256 of the names and boxes, whatever their order. */
export function datasetDigest(examples: readonly Example[]): string {
  const lines = examples.map(({ name, boxes }) => JSON.stringify([name, boxes])).sort();
  return createHash('sha256').update(lines.join('\n')).digest('hex').slice(0, 16);
}
