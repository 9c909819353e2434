/**
 * A small YOLO for a start from nothing on a plain processor: dense convolutions only (the wasm backend does those
 * ten times as fast as depthwise ones), ReLU fused into them, residual blocks so that it learns without batch
 * norm, 0.3 GFLOP at 416. It has seen nothing: it suits one fixed scene, not animals at large.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import type { DetectorNetwork } from '../network/detector-network.ts';
import { Graph, type Node } from '../network/graph.ts';

/** Width and height of a box before any training, in strides: the animal fills a few cells, not one. */
const startSize = 4;

/** @param side of the input, px, a multiple of 32 */
export function buildTiny(side: number, classes: number, seed: number): DetectorNetwork {
  const graph = new Graph('relu', seed);
  const conv = (x: Node, name: string, filters: number, stride: 1 | 2 = 1) =>
    graph.conv(x, name, { filters, kernel: 3, stride });
  const residual = (x: Node, name: string, filters: number) =>
    graph.add([x, conv(conv(x, `${name}/a`, filters), `${name}/b`, filters)], `${name}/add`);

  // About mean 0 and deviation 1, which He's start asks for.
  const { input, scaled } = graph.image(side, 1 / 64, -1.8);
  // Squares of 4 x 4 px: at full size a convolution would cost more than all of the rest.
  const patches = graph.conv(scaled, 'backbone/patches', { filters: 24, kernel: 4, stride: 4 });
  const c3 = residual(conv(patches, 'backbone/c3', 32, 2), 'backbone/c3/res', 32);
  const c4 = residual(conv(c3, 'backbone/c4', 48, 2), 'backbone/c4/res', 48);
  const c5 = residual(conv(c4, 'backbone/c5', 96, 2), 'backbone/c5/res', 96);
  const lateral5 = graph.conv(c5, 'neck/lateral5', { filters: 48 });
  const p4 = conv(graph.join([graph.up(lateral5, 'neck/up5'), c4], 'neck/join4'), 'neck/out4', 48);
  const p5 = conv(c5, 'neck/out5', 48);

  const strides = [16, 32];
  const heads = [p4, p5].map((level, i) => {
    const name = `head${strides[i]}`;
    const cls = graph.classLogits(conv(level, `${name}/cls1`, 48), `${name}/cls`, classes);
    return graph.predictions(conv(level, `${name}/box1`, 48), cls, name);
  });
  const model = tfl.model({ inputs: input, outputs: graph.detections(heads), name: 'tiny' });
  for (const stride of strides) {
    const box = model.getLayer(`head${stride}/box`);
    const bias = tf.tensor1d([0.5, 0.5, Math.log(startSize), Math.log(startSize)]);
    box.setWeights([box.getWeights()[0]!, bias]);
    bias.dispose();
  }
  return { model, strides };
}
