/** A process that runs the detector's network with one engine and one thread: numbers in, numbers out. */
import * as tf from '@tensorflow/tfjs-core';
import { type BackendName, openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { modelFromFiles, readModelFolder } from '../../pipeline/domain/models/files.ts';
import { inferenceOf } from '../../pipeline/domain/models/frozen/inference.ts';
import { serve } from './bench-process.ts';

export type Engine = 'onnxruntime' | BackendName;

export type NetworkRequest =
  | { readonly do: 'open'; readonly engine: Engine; readonly file: string }
  | { readonly do: 'run'; readonly batch: number; readonly seconds: number };

/** ms for one picture. */
export interface NetworkTime {
  readonly wall: number;
  readonly processor: number;
}

/** Runs a batch and waits for its numbers; how many pictures are in it. */
type Run = (batch: number) => Promise<void>;

const side = 416;
let opened: Run | undefined;

serve(async (message) => {
  const request = message as NetworkRequest; // network.ts sends nothing else
  if (request.do === 'open') {
    opened = await (request.engine === 'onnxruntime'
      ? onnxruntime(request.file)
      : backend(request.engine, request.file));
    return null;
  }
  if (!opened) throw new Error('open comes first');
  return time(opened, request.batch, request.seconds);
});

async function time(run: Run, batch: number, seconds: number): Promise<NetworkTime> {
  for (let i = 0; i < 3; i++) await run(batch); // compiles, and packs weights
  const processor = process.cpuUsage();
  const started = performance.now();
  let pictures = 0;
  while (performance.now() - started < 1000 * seconds) {
    await run(batch);
    pictures += batch;
  }
  const wall = performance.now() - started;
  const { user, system } = process.cpuUsage(processor);
  return { wall: wall / pictures, processor: (user + system) / 1000 / pictures };
}

/** Values like a picture's, 0..255. */
function pictures(batch: number): Float32Array {
  return Float32Array.from({ length: batch * side * side * 3 }, (_, i) =>
    Math.floor(128 + 90 * Math.sin(i / 977) + ((i * 7919) % 37)),
  );
}

/** @param folder of a detector with an input of 416 px */
async function backend(name: BackendName, folder: string): Promise<Run> {
  await openBackend(name, 'one');
  const { run } = await inferenceOf(await modelFromFiles(await readModelFolder(folder)));
  const values = new Map<number, Float32Array>();
  return async (batch) => {
    const input = values.get(batch) ?? pictures(batch);
    values.set(batch, input);
    const output = tf.tidy(() => run(tf.tensor(input, [batch, side, side, 3])));
    await output.data();
    output.dispose();
  };
}

/** @param file whose network takes one picture at a time */
async function onnxruntime(file: string): Promise<Run> {
  // A package for development: where it is missing, only this can't be measured.
  const { default: ort } = await import('onnxruntime-node');
  const session = await ort.InferenceSession.create(file, { intraOpNumThreads: 1, interOpNumThreads: 1 });
  const input = pictures(1);
  return async (batch) => {
    for (let i = 0; i < batch; i++)
      await session.run({ images: new ort.Tensor('float32', input, [1, 3, side, side]) });
  };
}
