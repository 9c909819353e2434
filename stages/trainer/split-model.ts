/** Parts a model where training begins: what is frozen runs forward only and keeps nothing for the way back. */
import * as tfl from '@tensorflow/tfjs-layers';

/** A network in two parts. */
export interface SplitModel {
  /** Picture to the values at the cut; undefined where nothing is frozen. */
  readonly frozen: tfl.LayersModel | undefined;
  /** Values at the cut to the output. It shares its layers, and so its weights, with the whole. */
  readonly trained: tfl.LayersModel;
}

/**
 * @param isFrozen by the layer's name; every way from the picture to the output leads out of the frozen layers
 *   once and not back
 */
export function splitModel(model: tfl.LayersModel, isFrozen: (layer: string) => boolean): SplitModel {
  const cuts = new Map<tfl.SymbolicTensor, tfl.SymbolicTensor>();
  const rebuilt = new Map<tfl.SymbolicTensor, tfl.SymbolicTensor>();
  const rebuild = (tensor: tfl.SymbolicTensor): tfl.SymbolicTensor => {
    const layer = tensor.sourceLayer;
    if (isFrozen(layer.name)) {
      const input = cuts.get(tensor) ?? tfl.input({ batchShape: tensor.shape });
      cuts.set(tensor, input);
      return input;
    }
    const known = rebuilt.get(tensor);
    if (known) return known;
    const inputs = tensor.inputs.map(rebuild);
    const result = layer.apply(inputs.length === 1 ? inputs[0]! : inputs) as tfl.SymbolicTensor; // symbols in
    rebuilt.set(tensor, result);
    return result;
  };
  const [input, output] = [model.inputs[0]!, model.outputs[0]!];
  if (!model.layers.some(({ name }) => name !== input.sourceLayer.name && isFrozen(name))) {
    return { frozen: undefined, trained: model };
  }
  const outputs = rebuild(output);
  const frozenOutputs = [...cuts.keys()];
  return {
    frozen: tfl.model({ inputs: input, outputs: frozenOutputs }),
    trained: tfl.model({ inputs: [...cuts.values()], outputs }),
  };
}

/** Whether a layer comes no later than `last`; the layers of a model are in the order in which they run. */
export function upTo(model: tfl.LayersModel, last: string): (layer: string) => boolean {
  const names = model.layers.map(({ name }) => name);
  const among = new Set(names.slice(0, names.indexOf(last) + 1));
  return (layer) => among.has(layer);
}
