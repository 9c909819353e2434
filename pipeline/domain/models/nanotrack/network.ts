/**
 * NanoTrack V3's two networks on onnxruntime, one thread: the backbone, which sees pictures, and the head, which finds
 * one picture's features in another's. Why onnxruntime: `README.md`.
 */
import { readFile } from 'node:fs/promises';
// CommonJS: Node sees only a default export.
import onnxProto from 'onnx-proto';
import type { InferenceSession } from 'onnxruntime-node';
import { PoisonError, reasonOf } from '../../../runtime/errors.ts';
import { type Answers, GRID } from './choose.ts';

/** Side of the template's square, px, and of its features. */
export const TEMPLATE = { side: 127, cells: 8 } as const;
/** Side of the search square, px, and of its features. */
export const SEARCH = { side: 255, cells: 16 } as const;

const CHANNELS = 96;

/** Where the weights lie: ONNX files. */
export interface NanoTrackFiles {
  readonly backbone: string;
  readonly head: string;
}

/** Numbers in, numbers out. Both hold the thread while they compute. */
export interface NanoTrackNetwork {
  /**
   * @param square `[3, side, side]`, blue first, 0..255
   * @returns `[96, cells, cells]`
   */
  features(square: Float32Array, of: typeof TEMPLATE | typeof SEARCH): Promise<Float32Array>;
  /** @param template and @param search features of their squares */
  find(template: Float32Array, search: Float32Array): Promise<Answers>;
  dispose(): Promise<void>;
}

/** @throws PoisonError where a file is not what it should be; Error where onnxruntime can't be loaded */
export async function openNanoTrack(files: NanoTrackFiles): Promise<NanoTrackNetwork> {
  // Its library takes 45 MB: only who has the weights loads it.
  const { default: ort } = await import('onnxruntime-node');
  const open = async (path: string, bytes: Uint8Array) => {
    try {
      return await ort.InferenceSession.create(bytes, {
        intraOpNumThreads: 1,
        interOpNumThreads: 1,
        logSeverityLevel: 3, // errors: it warns of unused constants in the files
      });
    } catch (error) {
      throw notNanoTrack(path, reasonOf(error), error);
    }
  };
  const tensor = (values: Float32Array, ...shape: number[]) =>
    new ort.Tensor('float32', values, [1, ...shape]);
  const backbone = await open(files.backbone, freeSide(files.backbone, await read(files.backbone)));
  const head = await open(files.head, await read(files.head));

  const network: NanoTrackNetwork = {
    async features(square, { side, cells }) {
      const { output } = await backbone.run({ input: tensor(square, 3, side, side) });
      return floats(files.backbone, output, CHANNELS * cells * cells);
    },
    async find(template, search) {
      const { output1, output2 } = await head.run({
        input1: tensor(template, CHANNELS, TEMPLATE.cells, TEMPLATE.cells),
        input2: tensor(search, CHANNELS, SEARCH.cells, SEARCH.cells),
      });
      return {
        classes: floats(files.head, output1, 2 * GRID * GRID),
        distances: floats(files.head, output2, 4 * GRID * GRID),
      };
    },
    async dispose() {
      await backbone.release();
      await head.release();
    },
  };
  await tryOnce(network, files);
  return network;
}

/** So that files of something else are refused here, not on a frame. */
async function tryOnce(network: NanoTrackNetwork, { backbone, head }: NanoTrackFiles): Promise<void> {
  const grey = ({ side }: { side: number }) => new Float32Array(3 * side * side).fill(128);
  let path = backbone;
  try {
    const template = await network.features(grey(TEMPLATE), TEMPLATE);
    const search = await network.features(grey(SEARCH), SEARCH);
    path = head;
    await network.find(template, search);
  } catch (error) {
    await network.dispose();
    throw error instanceof PoisonError ? error : notNanoTrack(path, reasonOf(error), error);
  }
}

/** The published file says 255 px alone, but the network takes the template's 127 as well. */
function freeSide(path: string, bytes: Uint8Array): Uint8Array {
  const { ModelProto } = onnxProto.onnx;
  try {
    const model = ModelProto.decode(bytes);
    for (const value of [...(model.graph?.input ?? []), ...(model.graph?.output ?? [])]) {
      const [, , height, width] = value.type?.tensorType?.shape?.dim ?? [];
      for (const [side, name] of [
        [height, 'height'],
        [width, 'width'],
      ] as const) {
        if (!side) continue;
        delete side.dimValue; // one of the two may be set
        side.dimParam = `${value.name}_${name}`;
      }
    }
    return ModelProto.encode(model).finish();
  } catch (error) {
    throw notNanoTrack(path, reasonOf(error), error);
  }
}

async function read(path: string): Promise<Uint8Array> {
  try {
    return await readFile(path);
  } catch (error) {
    throw new PoisonError(`weights ${path} can't be read`, { found: reasonOf(error), cause: error });
  }
}

function floats(path: string, value: InferenceSession.ReturnType[string] | undefined, count: number) {
  if (value?.data instanceof Float32Array && value.data.length === count) return value.data;
  throw notNanoTrack(path, value ? `an output of [${value.dims.join(', ')}]` : 'no such output');
}

function notNanoTrack(path: string, found: string, cause?: unknown): PoisonError {
  return new PoisonError(`${path} is not NanoTrack V3`, {
    found,
    expected: 'the files that `shika weights get nanotrack` fetches',
    cause,
  });
}
