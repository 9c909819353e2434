/** A detector that has learned nothing, for where it does not matter what is found. */
import { withCard } from '../pipeline/domain/models/detector/card.ts';
import { filesOfModel, type ModelFiles } from '../pipeline/domain/models/files.ts';
import { buildNetwork, type NetworkName } from '../pipeline/domain/models/network/network.ts';

export interface UntrainedOptions {
  readonly network?: NetworkName;
  /** Of its input, px. */
  readonly side?: number;
  readonly classes?: readonly string[];
  /** Another gives other weights. */
  readonly seed?: number;
}

/** `openBackend` comes first. */
export async function untrainedDetector({
  network = 'tiny',
  side = 64,
  classes = ['deer'],
  seed = 1,
}: UntrainedOptions = {}): Promise<ModelFiles> {
  const { model } = buildNetwork(network, side, classes.length, seed);
  try {
    return withCard(await filesOfModel(model), {
      network,
      side,
      classes: [...classes],
      outputs: [...classes],
      recipe: 'untrained',
      start: 'random',
      trainedOn: { dataset: '', examples: 0, boxes: 0 },
      scores: null,
      createdAt: '2026-11-23T00:00:00.000Z',
    });
  } finally {
    model.dispose();
  }
}
