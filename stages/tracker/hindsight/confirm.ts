/**
 * Whether what the detector began is an animal: who was seen once in many frames was a shadow. Its labels are dropped
 * before the first is published (tentative tracks: Bewley et al. 2016, SORT; Zhang et al. 2022, ByteTrack).
 */
import type { WindowFrame } from './evidence.ts';

/** Detections that make an animal. */
const ENOUGH = 3;
/** So is one that was seen in this share of its frames: a burst of stills has few. */
const SHARE = 0.5;

/** @param window frames that are decided and not published, the track's first among them */
export function isConfirmed(track: number, window: readonly WindowFrame[]): boolean {
  let seen = 0;
  let frames = 0;
  for (const { isLookedAt, labels } of window) {
    const own = labels.find((label) => label.track === track);
    if (own?.cause === 'hand') return true;
    if (own?.cause === 'detected') seen += 1;
    if (isLookedAt && own?.region) frames += 1;
  }
  return seen >= ENOUGH || (seen > 0 && seen >= SHARE * frames);
}
