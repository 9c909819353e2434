/** One thread of a `WorkerPool`: a share of a batch in, its gradients out. */
import { parentPort, workerData } from 'node:worker_threads';
import { openBackend } from '../../../pipeline/domain/models/backend/backend.ts';
import { modelFromFiles } from '../../../pipeline/domain/models/files.ts';
import '../../../pipeline/domain/models/network/conv-layer.ts';
import { putWeights, variablesOf } from '../optimiser.ts';
import type { SplitModel } from '../split-model.ts';
import { gradientsOf } from './gradients.ts';
import { type NetworkPart, splitAtPart } from './network-part.ts';
import type { GradientTask, WorkerSetup } from './worker-pool.ts';

const { files, reading, weights } = workerData as WorkerSetup; // WorkerPool gives it
await openBackend('wasm');
const model = await modelFromFiles(files);
const shared = new Float32Array(weights);
const splits = new Map<NetworkPart, SplitModel>();

parentPort?.on('message', ({ part, views }: GradientTask) => {
  takeWeights();
  const split = splits.get(part) ?? splitAtPart(model, part);
  splits.set(part, split);
  const result = gradientsOf(split, views, reading);
  parentPort?.postMessage(
    result,
    result.gradients.map(({ buffer }) => buffer as ArrayBuffer), // no shared buffer: dataSync copies out
  );
});

/** The weights of this step, out of the memory that all threads share. */
function takeWeights(): void {
  let at = 0;
  const values: Float32Array[] = [];
  for (const { size } of variablesOf(model)) {
    values.push(shared.subarray(at, at + size));
    at += size;
  }
  putWeights(model, values);
}
