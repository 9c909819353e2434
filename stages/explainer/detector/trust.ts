/**
 * Whether a map supports the box: does the evidence lie on the animal? A detector that is right for a reason beside
 * the animal (the bush where it always stands) is right by luck, and a fixed camera invites just that.
 */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { centreBlob } from '../fidelity/baselines.ts';
import { boxShareOf, type Pointing, pointingOf } from '../fidelity/pointing.ts';
import type { HeatMap } from '../maps.ts';

export type DetectorTrustVerdict = 'in the box' | 'partly in the box' | 'outside the box' | 'none';

/** Whether the map supports the box. */
export interface DetectorTrust extends Pointing {
  /** Of what the model was shown, 0..1. */
  readonly boxShare: number;
  /** What a blob in the middle of the picture gets, whatever the model: a map should do better. */
  readonly centreBlob: Pointing;
  /** Where the evidence lies. */
  readonly evidence: DetectorTrustVerdict;
  /** The same in a line for a person. */
  readonly says: string;
}

/** @param map on the pixels of what the model was shown; @param box px of the same */
export function detectorTrust(map: HeatMap, box: Box): DetectorTrust {
  const boxShare = boxShareOf(map, box);
  const own = pointingOf(map, box);
  const evidence = trustVerdict(map, own);
  return {
    boxShare,
    ...own,
    centreBlob: pointingOf(centreBlob(map), box),
    evidence,
    says: sentence(evidence, own, boxShare),
  };
}

/**
 * Of a map whose method does not show what the model learned: wherever it points, it is no evidence.
 * @param why follows "this method "
 */
export function distrusted(trust: DetectorTrust, why: string): DetectorTrust {
  return { ...trust, evidence: 'none', says: `do not trust: this method ${why}` };
}

function trustVerdict(map: HeatMap, { energyInBox, ratio, hit }: Pointing): DetectorTrustVerdict {
  if (!map.values.some((value) => value > 0)) return 'none';
  if (hit && energyInBox >= 0.5) return 'in the box';
  return hit || energyInBox >= 0.5 || ratio >= 2 ? 'partly in the box' : 'outside the box';
}

function sentence(evidence: DetectorTrustVerdict, { energyInBox }: Pointing, boxShare: number): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const facts = `${percent(energyInBox)} of the map on ${percent(boxShare)} of the picture`;
  switch (evidence) {
    case 'in the box':
      return `evidence in the box: ${facts}`;
    case 'partly in the box':
      return `evidence partly outside the box: ${facts}`;
    case 'outside the box':
      return `do not trust: evidence lies outside the box (${facts})`;
    case 'none':
      return 'do not trust: nothing at this layer speaks for the box';
  }
}
