/**
 * Whether a map supports the box: does the evidence lie on the animal? A detector that is right for a reason beside
 * the animal (the bush where it always stands) is right by luck, and a fixed camera invites just that.
 *
 * A large box holds much of any map, so what counts is how much more the box holds than maps that know nothing. With
 * `e` the share of the map in the box, `a` the box's share of the picture, and the gain `(e - a) / (1 - a)`, which is 0
 * for an even or a random map and 1 where all lies in the box:
 *
 * - `none`: the map is 0 everywhere, or the model's score is below 0.1: what it does not find it has no evidence for.
 * - `outside the box`: e < 0.05, whatever the ratio; or e < a; or e < 0.5, e < 2a and the peak elsewhere.
 * - `in the box`: the peak, e >= 0.5, gain >= 0.4, more than a blob in the middle has there, and the box that was asked
 *   about is the one that the model found: IoU >= 0.5. The map of another box is no evidence for this one.
 * - `partly in the box`: all else.
 *
 * The peak is Zhang et al. 2016 (pointing game), e Wang et al. 2020 (Score-CAM), the IoU that of PASCAL VOC; the gain is
 * Cohen's kappa in form. The other constants are ours, from right and wrong boxes on a real clip:
 * `test/bench/explanations.md`.
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

/**
 * @param map on the pixels of what the model was shown
 * @param box px of the same
 * @param found the model's box: its score, and its IoU with this one; null where it is this one
 */
export function detectorTrust(
  map: HeatMap,
  box: Box,
  found: { readonly score: number; readonly iou: number | null },
): DetectorTrust {
  const boxShare = boxShareOf(map, box);
  const own = pointingOf(map, box);
  const blob = pointingOf(centreBlob(map), box);
  const isOther = found.iou !== null && found.iou < sameBox;
  const rest = { boxShare, ...own, centreBlob: blob };
  if (!map.values.some((value) => value > 0)) {
    return { ...rest, evidence: 'none', says: 'do not trust: nothing at this layer speaks for the box' };
  }
  if (found.score < leastScore) {
    const score = found.score.toFixed(2);
    return { ...rest, evidence: 'none', says: `do not trust: the model finds no such box (score ${score})` };
  }
  const evidence = trustVerdict(own, boxShare, blob, isOther);
  return { ...rest, evidence, says: sentence(evidence, own, boxShare, isOther) };
}

/** Below this the detector reports no box. */
const leastScore = 0.1;
/** IoU from which two boxes are of the same animal. */
const sameBox = 0.5;
/** Share of the map in the box that is as good as nothing. */
const leastEnergy = 0.05;
/** Share of the map in the box from which it is most of it. */
const mostEnergy = 0.5;
/** `(e - a) / (1 - a)` from which the box holds far more than its share. */
const leastGain = 0.4;
/** `e / a` from which a map whose peak lies elsewhere still speaks for the box. */
const leastRatio = 2;

/**
 * Of a map whose method does not show what the model learned: wherever it points, it is no evidence.
 * @param why follows "this method "
 */
export function distrusted(trust: DetectorTrust, why: string): DetectorTrust {
  return { ...trust, evidence: 'none', says: `do not trust: this method ${why}` };
}

/** @param isOther whether the model found another box than this */
function trustVerdict(
  { energyInBox, ratio, hit }: Pointing,
  boxShare: number,
  blob: Pointing,
  isOther: boolean,
): Exclude<DetectorTrustVerdict, 'none'> {
  if (energyInBox < leastEnergy || energyInBox < boxShare) return 'outside the box';
  const gains = energyInBox - boxShare >= leastGain * (1 - boxShare) && energyInBox > blob.energyInBox;
  if (hit && energyInBox >= mostEnergy && gains && !isOther) return 'in the box';
  return hit || energyInBox >= mostEnergy || ratio >= leastRatio ? 'partly in the box' : 'outside the box';
}

function sentence(
  evidence: Exclude<DetectorTrustVerdict, 'none'>,
  { energyInBox }: Pointing,
  boxShare: number,
  isOther: boolean,
): string {
  const percent = (share: number) => `${Math.round(share * 100)} %`;
  const found = isOther ? '; the model found another box' : '';
  const facts = `${percent(energyInBox)} of the map on ${percent(boxShare)} of the picture${found}`;
  switch (evidence) {
    case 'in the box':
      return `evidence in the box: ${facts}`;
    case 'partly in the box':
      return `evidence only partly for the box: ${facts}`;
    case 'outside the box':
      return `do not trust: evidence lies outside the box (${facts})`;
  }
}
