/**
 * A person at the studio's review, as a script: answers from the truth, at a person's pace, and sees only what the page
 * shows. It goes through the tracks in the page's order and looks at each film strip. A track whose pictures are all
 * right is accepted, one whose pictures are all wrong is rejected; else it is played, and decided on run by run. What
 * it does not see it decides wrongly.
 */
import { worthOfLooking } from '../../pipeline/domain/labels/worth.ts';
import { evenlySpaced } from '../../pipeline/domain/statistics/evenly-spaced.ts';

export interface JudgedLabel {
  readonly index: number;
  /** 0..1 */
  readonly risk: number;
  readonly score: number | null;
  readonly isRight: boolean;
  readonly isHand: boolean;
}

/** A track's labels by frame. */
export type JudgedTrack = readonly JudgedLabel[];

export interface Reviewed {
  /** All of the person's time. */
  readonly seconds: number;
  /** Labels, those that were drawn by hand not among them. */
  readonly accepted: number;
  readonly wrongAccepted: number;
  /** Tracks that were looked at. */
  readonly looked: number;
}

/** Of a film strip, s. */
const LOOK_S = 1.5;
/** Of a key, s. */
const KEY_S = 0.4;
/** Pictures of a film strip. */
const STRIP = 8;
/** Frames a second while a track is played eight times as fast as 12.5 frames a second. */
const PLAYED = 100;
/** A run of fewer frames is not seen while it is played, unless its risk is marked on the track. */
const SEEN_RUN = 8;

/** @param acceptBelow risk from which the page marks a label as doubtful */
export function review(tracks: readonly JudgedTrack[], acceptBelow: number): Reviewed {
  let [seconds, accepted, wrongAccepted, looked] = [0, 0, 0, 0];
  const worth = (track: JudgedTrack) =>
    worthOfLooking(
      track.map(({ risk, isHand }) => ({ risk, pending: !isHand })),
      acceptBelow,
    );
  for (const track of tracks.toSorted((a, b) => worth(b) - worth(a))) {
    if (track.every(({ isHand }) => isHand)) continue;
    looked += 1;
    seconds += LOOK_S + KEY_S;
    const shown = strip(track);
    const right = shown.filter(({ isRight }) => isRight).length;
    let good: JudgedTrack = [];
    if (right === shown.length) good = track;
    else if (right > 0) {
      const { kept, runs } = played(track, acceptBelow);
      seconds += track.length / PLAYED + 2 * KEY_S * runs; // stopped at, and decided on
      good = kept;
    }
    const counted = good.filter(({ isHand }) => !isHand);
    accepted += counted.length;
    wrongAccepted += counted.filter(({ isRight }) => !isRight).length;
  }
  return { seconds, accepted, wrongAccepted, looked };
}

/** As the page has it: spread evenly, the most doubtful in the place of its neighbour. */
function strip(track: JudgedTrack): JudgedTrack {
  const worst = track.reduce((most, label) => (label.risk > most.risk ? label : most));
  const even = evenlySpaced(track, STRIP);
  if (even.includes(worst)) return even;
  const distance = ({ index }: JudgedLabel) => Math.abs(index - worst.index);
  const nearest = even.reduce((best, label) => (distance(label) < distance(best) ? label : best));
  return even.map((label) => (label === nearest ? worst : label));
}

/** Runs of right and of wrong labels, each decided on as a whole; a short one that nothing marks is taken for its neighbours. */
function played(track: JudgedTrack, acceptBelow: number): { kept: JudgedTrack; runs: number } {
  const all: JudgedLabel[][] = [];
  for (const label of track) {
    const last = all.at(-1);
    if (last?.[0]?.isRight === label.isRight) last.push(label);
    else all.push([label]);
  }
  let before = all[0]?.[0]?.isRight ?? true;
  let runs = 0;
  const kept = all.flatMap((run, i) => {
    const isSeen = i === 0 || run.length >= SEEN_RUN || run.some(({ risk }) => risk >= acceptBelow);
    const isRight = isSeen ? (run[0]?.isRight ?? true) : before;
    if (i === 0 || isRight !== before) runs += 1;
    before = isRight;
    return isRight ? run : [];
  });
  return { kept, runs };
}
