/** The classifier's network with a body trained on ImageNet. */
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readMobileNetWeights, setBody } from '../mobilenet/weights.ts';
import { buildClassifierNetwork, type ClassifierShape } from './network.ts';

/**
 * The dense layer keeps its random start: the file's, if it has one, is of other classes.
 *
 * @param path of a Keras `.h5`, or of a tfjs layers model
 * @throws PoisonError naming the first layer that is not as expected
 */
export async function pretrainedClassifierNetwork(
  path: string,
  shape: Omit<ClassifierShape, 'alpha'>,
): Promise<{ model: LayersModel; alpha: number }> {
  const weights = await readMobileNetWeights(path);
  const { alpha } = weights;
  const model = buildClassifierNetwork({ ...shape, alpha });
  try {
    setBody(model, weights);
    return { model, alpha };
  } catch (error) {
    model.dispose();
    throw error;
  }
}
