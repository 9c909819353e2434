/** The heads of a detector's network: where each begins, and which of them gives a row of the output. */
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { FatalError } from '../../../pipeline/runtime/errors.ts';

/**
 * The head that gives a row of the output, and which of its rows that is: the heads' outputs are joined in the end, and
 * the gradient of one row needs none of the others.
 */
export function partWith(model: LayersModel, row: number): { symbol: SymbolicTensor; row: number } {
  const output = model.outputs[0]!; // our networks have one output
  const joined = output.sourceLayer.getClassName() === 'Concatenate' ? output.inputs : [];
  let first = 0;
  for (const symbol of joined) {
    const rows = symbol.shape[1] ?? 0;
    if (row < first + rows) return { symbol, row: row - first };
    first += rows;
  }
  return { symbol: output, row }; // a single head
}

/** The layer whose maps the layers called `prefix…` start from. */
export function layerBefore(model: LayersModel, prefix: string): string {
  for (const layer of model.layers) {
    if (!layer.name.startsWith(prefix)) continue;
    const before = [layer.input].flat().find(({ sourceLayer }) => !sourceLayer.name.startsWith(prefix));
    if (before) return before.sourceLayer.name;
  }
  throw new FatalError('the network has no such head', {
    found: model.layers.map(({ name }) => name).join(', '),
    expected: `layers called ${prefix}…`,
  });
}
