/** What a detector is trained on and starts from. */
import type { LabelledPicture, WeightedBox } from '../../../pipeline/domain/models/detector/evaluate.ts';
import type { ModelFiles } from '../../../pipeline/domain/models/files.ts';
import { contentId } from '../../../pipeline/runtime/content-id.ts';

/** A picture that is trained on; the trainer keeps as many in memory as its budget allows. One without boxes is a negative. */
export interface DetectorExample extends LabelledPicture {
  readonly boxes: readonly LabelledBox[];
  /** How often it is drawn, against the others; 1 where not given. */
  readonly draw?: number;
}

/** `label` is one of the classes that are trained; `weight` is how much its losses count, 1 for one drawn by hand. */
export interface LabelledBox extends WeightedBox {
  /** No person drew it: little is learned of where exactly it lies. */
  readonly isAutomatic?: boolean;
}

/** What a detector's weights are before training. */
export type DetectorStart =
  | { readonly kind: 'random' }
  | { readonly kind: 'model'; readonly files: ModelFiles }
  /** Megvii's `yolox_nano.onnx`. */
  | { readonly kind: 'yolox-onnx'; readonly path: string }
  /** A Keras MobileNetV2 that knows ImageNet, alpha 1 or 0.35. */
  | { readonly kind: 'mobilenet-v2'; readonly path: string }
  /** The project's own weights, which know its rendered deer. */
  | { readonly kind: 'shika-tiny'; readonly path: string };

/** Id of the names and boxes, whatever their order. */
export function detectorDatasetDigest(examples: readonly DetectorExample[]): string {
  const lines = examples.map(({ name, boxes }) => JSON.stringify([name, boxes])).sort();
  return contentId(lines.join('\n'));
}
