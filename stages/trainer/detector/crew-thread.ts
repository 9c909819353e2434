/** One thread of a `Crew`: a share of a batch in, its gradients out. */
import { parentPort, workerData } from 'node:worker_threads';
import { openBackend } from '../../../pipeline/domain/models/backend/backend.ts';
import { modelFromFiles } from '../../../pipeline/domain/models/files.ts';
import '../../../pipeline/domain/models/network/conv-layer.ts';
import type { CrewMember, Share } from './crew.ts';
import { gradientsOf } from './gradients.ts';
import { putWeights, variablesOf } from './optimiser.ts';
import type { Part } from './recipe.ts';
import { partOf, type SplitModel } from './split.ts';

const { files, reading, weights } = workerData as CrewMember; // Crew gives it
await openBackend('wasm');
const model = await modelFromFiles(files);
const shared = new Float32Array(weights);
const splits = new Map<Part, SplitModel>();

parentPort?.on('message', ({ part, views }: Share) => {
  takeWeights();
  const split = splits.get(part) ?? partOf(model, part);
  splits.set(part, split);
  const result = gradientsOf(split, views, reading);
  parentPort?.postMessage(
    result,
    result.slopes.map(({ buffer }) => buffer as ArrayBuffer),
  ); // dataSync copies out
});

function takeWeights(): void {
  let at = 0;
  const values: Float32Array[] = [];
  for (const { size } of variablesOf(model)) {
    values.push(shared.subarray(at, at + size));
    at += size;
  }
  putWeights(model, values);
}
