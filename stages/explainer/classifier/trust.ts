/**
 * Whether to trust a map of a class. Without a box there is no other truth than the model: its score should fall faster
 * when the map's cells are taken away than when those of a map are that knows nothing, and rise faster when they come back.
 */
import { baselineNames } from '../fidelity/baselines.ts';
import type { Fidelity, Measures } from '../fidelity/measure.ts';

export type ClassifierTrustVerdict = 'supported' | 'partly supported' | 'not supported';

/** Whether the map supports the class. */
export interface ClassifierTrust {
  readonly evidence: ClassifierTrustVerdict;
  /** The same in a line for a person. */
  readonly says: string;
}

/** Better than chance, a blob in the middle and edges in both, in one, or in neither. */
export function classifierTrust(measures: Measures): ClassifierTrust {
  const { map, centreBlob } = measures;
  const deletes = baselineNames.every((name) => map.deletion < measures[name].deletion);
  const inserts = baselineNames.every((name) => map.insertion > measures[name].insertion);
  const evidence =
    deletes && inserts ? 'supported' : deletes || inserts ? 'partly supported' : 'not supported';
  const both = ({ deletion, insertion }: Fidelity) => `${deletion.toFixed(2)}, ${insertion.toFixed(2)}`;
  const facts = `deletion, insertion ${both(map)}; of a blob in the middle ${both(centreBlob)}`;
  return { evidence, says: `${openings[evidence]}: ${facts}` };
}

const openings: Readonly<Record<ClassifierTrustVerdict, string>> = {
  supported: 'the class goes with the map',
  'partly supported': 'the class goes with the map in part',
  'not supported': 'do not trust: a map that knows nothing does as well',
};
