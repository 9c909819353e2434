/**
 * YOLOX (Ge et al. 2021, arXiv 2107.08430; Megvii's `yolox/models`): CSP darknet, PAFPN neck, decoupled
 * anchor-free head. Layers are made in the order in which Megvii's ONNX export runs them, which is how
 * `weights.ts` finds the weights of each.
 */
import * as tfl from '@tensorflow/tfjs-layers';
import type { DetectorNetwork } from '../network/detector-network.ts';
import { Graph, type Node } from '../network/graph.ts';

/** Which of the YOLOX family: nano, tiny, s, … */
export interface YoloxShape {
  /** Multiplies the number of bottlenecks. */
  readonly depth: number;
  /** Multiplies the number of channels. */
  readonly width: number;
  /** Every 3x3 after the first as depthwise 3x3 and 1x1. */
  readonly depthwise: boolean;
}

/** @param side of the input, px, a multiple of 32 */
export function buildYolox(shape: YoloxShape, side: number, classes: number, seed: number): DetectorNetwork {
  const yolox = new Yolox(shape, seed);
  const { input, scaled } = yolox.graph.image(side, 1 / 255, 0);
  return yolox.network(input, yolox.backbone(scaled), classes);
}

/** Its parts. */
export class Yolox {
  readonly graph: Graph;
  readonly #shape: YoloxShape;
  readonly #bottlenecks: number;

  constructor(shape: YoloxShape, seed: number) {
    this.graph = new Graph('silu', seed);
    this.#shape = shape;
    this.#bottlenecks = Math.max(1, Math.round(3 * shape.depth));
  }

  /** Feature maps at strides 8, 16 and 32. */
  backbone(image: Node): [Node, Node, Node] {
    const n = this.#bottlenecks;
    const base = this.#channels(64);
    // Megvii's Focus (each 2x2 of pixels into channels, then a 3x3) is this convolution written the long way.
    const stem = this.graph.conv(image, 'backbone/stem', { filters: base, kernel: 6, stride: 2 });
    const dark2 = this.#stage(stem, 'backbone/dark2', base * 2, n);
    const dark3 = this.#stage(dark2, 'backbone/dark3', base * 4, n * 3);
    const dark4 = this.#stage(dark3, 'backbone/dark4', base * 8, n * 3);
    const down = this.#block(dark4, 'backbone/dark5/down', base * 16, 2);
    const pooled = this.#spatialPyramid(down, 'backbone/dark5/spp', base * 16);
    return [dark3, dark4, this.#csp(pooled, 'backbone/dark5/csp', base * 16, n, false)];
  }

  /** Path aggregation, top down and then bottom up; the same strides. */
  neck([c3, c4, c5]: readonly [Node, Node, Node]): [Node, Node, Node] {
    const { graph } = this;
    const n = this.#bottlenecks;
    const [small, middle, large] = [this.#channels(256), this.#channels(512), this.#channels(1024)];
    const lateral5 = graph.conv(c5, 'neck/lateral5', { filters: middle });
    const join4 = graph.join([graph.up(lateral5, 'neck/up5'), c4], 'neck/join4');
    const top4 = this.#csp(join4, 'neck/top4', middle, n, false);
    const lateral4 = graph.conv(top4, 'neck/lateral4', { filters: small });
    const join3 = graph.join([graph.up(lateral4, 'neck/up4'), c3], 'neck/join3');
    const out3 = this.#csp(join3, 'neck/out3', small, n, false);
    const down3 = this.#block(out3, 'neck/down3', small, 2);
    const out4 = this.#csp(graph.join([down3, lateral4], 'neck/join4b'), 'neck/out4', middle, n, false);
    const down4 = this.#block(out4, 'neck/down4', middle, 2);
    const out5 = this.#csp(graph.join([down4, lateral5], 'neck/join5b'), 'neck/out5', large, n, false);
    return [out3, out4, out5];
  }

  /** One level of the decoupled head. */
  head(level: Node, name: string, classes: number): Node {
    const filters = this.#channels(256);
    const stem = this.graph.conv(level, `${name}/stem`, { filters });
    const cls1 = this.#block(stem, `${name}/cls1`, filters, 1);
    const cls2 = this.#block(cls1, `${name}/cls2`, filters, 1);
    const cls = this.graph.classLogits(cls2, `${name}/cls`, classes);
    const box1 = this.#block(stem, `${name}/box1`, filters, 1);
    const box2 = this.#block(box1, `${name}/box2`, filters, 1);
    return this.graph.predictions(box2, cls, name);
  }

  /** @param maps of a backbone at strides 8, 16 and 32 */
  network(input: Node, maps: readonly [Node, Node, Node], classes: number): DetectorNetwork {
    const strides = [8, 16, 32];
    const heads = this.neck(maps).map((level, i) => this.head(level, `head${strides[i]}`, classes));
    const model = tfl.model({ inputs: input, outputs: this.graph.detections(heads), name: 'yolox' });
    return { model, strides };
  }

  #channels(full: number): number {
    return Math.trunc(full * this.#shape.width);
  }

  #stage(x: Node, name: string, filters: number, bottlenecks: number): Node {
    const down = this.#block(x, `${name}/down`, filters, 2);
    return this.#csp(down, `${name}/csp`, filters, bottlenecks, true);
  }

  /** Cross-stage partial layer (CSPLayer). */
  #csp(x: Node, name: string, filters: number, bottlenecks: number, shortcut: boolean): Node {
    const half = { filters: Math.trunc(filters / 2) };
    let main = this.graph.conv(x, `${name}/main`, half);
    const side = this.graph.conv(x, `${name}/side`, half);
    for (let i = 0; i < bottlenecks; i += 1) {
      const y = this.#block(
        this.graph.conv(main, `${name}/b${i}/squeeze`, half),
        `${name}/b${i}/conv`,
        half.filters,
        1,
      );
      main = shortcut ? this.graph.add([y, main], `${name}/b${i}/add`) : y;
    }
    return this.graph.conv(this.graph.join([main, side], `${name}/join`), `${name}/out`, { filters });
  }

  /** Pools of 5, 9 and 13 side by side; a pool of 9 is two of 5, one of 13 three. */
  #spatialPyramid(x: Node, name: string, filters: number): Node {
    const squeezed = this.graph.conv(x, `${name}/squeeze`, { filters: Math.trunc(filters / 2) });
    const pool5 = this.graph.pool5(squeezed, `${name}/pool5`);
    const pool9 = this.graph.pool5(pool5, `${name}/pool9`);
    const pool13 = this.graph.pool5(pool9, `${name}/pool13`);
    const joined = this.graph.join([squeezed, pool5, pool9, pool13], `${name}/join`);
    return this.graph.conv(joined, `${name}/out`, { filters });
  }

  /** A 3x3: dense, or depthwise and then 1x1. */
  #block(x: Node, name: string, filters: number, stride: 1 | 2): Node {
    if (!this.#shape.depthwise) return this.graph.conv(x, name, { filters, kernel: 3, stride });
    // A depthwise convolution has its input's channels, whatever is asked for.
    const spatial = this.graph.conv(x, `${name}/dw`, { filters: 0, kernel: 3, stride, depthwise: true });
    return this.graph.conv(spatial, `${name}/pw`, { filters });
  }
}
