/**
 * A small YOLO for a start from nothing on a plain processor: dense 3x3 convolutions only (the wasm backend does
 * those ten times as fast as depthwise ones), ReLU fused into them, residual blocks so that it learns without
 * batch norm, 0.3 GFLOP at 416. It has seen nothing: it suits one fixed scene, not animals at large.
 */
import * as tfl from '@tensorflow/tfjs-layers';
import { Graph, type Node } from './graph.ts';
import type { Network } from './network.ts';

/** @param side of the input, px, a multiple of 32 */
export function buildTiny(side: number, classes: number, seed: number): Network {
  const graph = new Graph('relu', seed);
  const conv = (x: Node, name: string, filters: number, stride: 1 | 2 = 1) =>
    graph.conv(x, name, { filters, kernel: 3, stride });
  const residual = (x: Node, name: string, filters: number) =>
    graph.add([x, conv(conv(x, `${name}/a`, filters), `${name}/b`, filters)], `${name}/add`);

  const { input, scaled } = graph.image(side);
  const c2 = conv(conv(scaled, 'backbone/c1', 8, 2), 'backbone/c2', 16, 2);
  const c3 = residual(conv(c2, 'backbone/c3', 24, 2), 'backbone/c3/res', 24);
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
  return { model: tfl.model({ inputs: input, outputs: graph.detections(heads), name: 'tiny' }), strides };
}
