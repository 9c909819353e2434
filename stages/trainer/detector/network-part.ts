/** Which part of a detector's network is trained: the rest is frozen. */
import type * as tfl from '@tensorflow/tfjs-layers';
import { type SplitModel, splitModel } from '../split-model.ts';

/** `head` only, `neck` and head, `top` (these and the backbone's upper stages), or `all`. */
export type NetworkPart = 'head' | 'neck' | 'top' | 'all';

/** The network, parted where `part` begins. */
export function splitAtPart(model: tfl.LayersModel, part: NetworkPart): SplitModel {
  return splitModel(model, (layer) => isFrozen(layer, part));
}

function isFrozen(layer: string, part: NetworkPart): boolean {
  if (part === 'all') return false;
  const isBackbone = layer === 'image' || layer === 'to_unit' || layer.startsWith('backbone/');
  // YOLOX's stages at strides 16 and 32.
  if (part === 'top') return isBackbone && !/^backbone\/dark[45]\//.test(layer);
  return isBackbone || (part === 'head' && layer.startsWith('neck/'));
}
