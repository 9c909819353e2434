/**
 * Whether a map supports the box: does the evidence lie on the animal? A detector that is right for a reason beside
 * the animal (the bush where it always stands) is right by luck, and a fixed camera invites just that.
 */
import { area, type Box, intersection } from '../../../pipeline/domain/vision/box.ts';
import type { HeatMap } from '../maps.ts';

/** How well a map points at a box. */
export interface Pointing {
  /** Share of the map's sum that lies in the box, 0..1 (energy-based pointing game: Wang et al. 2020, Score-CAM). */
  readonly energyInBox: number;
  /** `energyInBox` / the box's share of the picture: 1 is what an even map has. */
  readonly ratio: number;
  /** The largest value lies in the box (pointing game: Zhang et al. 2016). */
  readonly hit: boolean;
}

export type DetectorTrustVerdict = 'in the box' | 'partly in the box' | 'outside the box' | 'none';

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
  const boxShare = shareOf(map, box);
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

/** @param box in the map's own cells */
export function pointingOf(map: HeatMap, box: Box): Pointing {
  const energy = energyIn(map, box);
  const boxShare = shareOf(map, box);
  return { energyInBox: energy, ratio: boxShare === 0 ? 0 : energy / boxShare, hit: peakIn(map, box) };
}

function shareOf({ width, height }: HeatMap, box: Box): number {
  return intersection(box, [0, 0, width, height]) / area([0, 0, width, height]);
}

/** Share of the map's sum in the box; a pixel that the box covers in part counts in part. 0 where the map is 0. */
function energyIn({ values, width, height }: HeatMap, [x, y, w, h]: Box): number {
  const columns = covered(width, x, x + w);
  const rows = covered(height, y, y + h);
  let [inside, all] = [0, 0];
  values.forEach((value, i) => {
    all += value;
    inside += value * columns[i % width]! * rows[Math.trunc(i / width)]!;
  });
  return all === 0 ? 0 : inside / all;
}

/** How much of each pixel of a line lies between two places, 0..1. */
function covered(pixels: number, from: number, to: number): Float64Array {
  return Float64Array.from({ length: pixels }, (_, pixel) =>
    Math.max(0, Math.min(to, pixel + 1) - Math.max(from, pixel)),
  );
}

function peakIn({ values, width }: HeatMap, [x, y, w, h]: Box): boolean {
  const peak = values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
  if (!(values[peak]! > 0)) return false;
  const [px, py] = [(peak % width) + 0.5, Math.trunc(peak / width) + 0.5];
  return px >= x && px <= x + w && py >= y && py <= y + h;
}

/** A Gaussian in the middle, of a quarter of each side. */
export function centreBlob({ width, height }: Pick<HeatMap, 'width' | 'height'>): HeatMap {
  const bell = (side: number) =>
    Float64Array.from({ length: side }, (_, i) => Math.exp(-8 * ((i + 0.5) / side - 0.5) ** 2));
  const [across, down] = [bell(width), bell(height)];
  const values = Float32Array.from({ length: width * height }, (_, i) => {
    return across[i % width]! * down[Math.trunc(i / width)]!;
  });
  return { values, width, height };
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
