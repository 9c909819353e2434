/** Which of a detector's mistakes a person should see first. */
import { area, type Box, iou, type Size } from '../vision/box.ts';
import type { ScoredImage } from './detection.ts';

/** An animal that nothing found; a box where none is; a box that fits its animal badly. */
export type MistakeKind = 'missed' | 'false' | 'loose';

/** An animal or a box that is wrong. */
export interface DetectionMistake {
  /** Its place among the pictures. */
  readonly picture: number;
  readonly wrong: MistakeKind;
  /** px; the true one where it was missed, else the found one. */
  readonly box: Box;
  readonly label: string;
  /** Of the found box; null where there is none. */
  readonly score: number | null;
  /** With the animal that the found box is taken to mean; 0 where there is none. */
  readonly overlap: number;
}

/** A mistake, and the whole picture that it is in; boxes in px of `size`. */
export interface PicturedMistake extends Omit<DetectionMistake, 'picture'>, ScoredImage {
  readonly name: string;
  /** JPEG (or any picture) of any size; null where there is none. */
  readonly picture: Uint8Array | null;
  readonly size: Size;
}

/** Boxes below are not taken for found: the tracker does not follow them either. */
const surelyFound = 0.25;

/** A found box means the animal of its label that it overlaps most, if by so much. */
const meant = 0.1;
/** A box that overlaps its animal by less fits badly. */
const fits = 0.75;

/** Which mistakes are selected. */
export interface MistakeSelection {
  readonly most?: number;
  /** Of pictures that are alike (by their places) only one is chosen. */
  readonly alike?: (a: number, b: number) => boolean;
  /** Pictures (by their places) whose mistakes are chosen before any of others; all where not given. */
  readonly first?: (picture: number) => boolean;
}

/** Frames of a clip that are nearer to each other look alike: a second of video. */
const framesApart = 25;

/** Whether two frames show the same scene at nearly the same moment. */
export function isNearInClip(
  a: { readonly clip: string; readonly index: number },
  b: { readonly clip: string; readonly index: number },
): boolean {
  return a.clip === b.clip && Math.abs(a.index - b.index) < framesApart;
}

/**
 * At most 12 unless told otherwise, one a picture, in turn of each kind: then sorted by kind, missed ones first, the
 * largest of them first; then false ones, the surest first; then loose ones, the least overlap first.
 */
export function worstMistakes(
  images: readonly ScoredImage[],
  { most = 12, alike = () => false, first = () => true }: MistakeSelection = {},
): DetectionMistake[] {
  const all = images.flatMap(mistakesIn);
  const chosen: DetectionMistake[] = [];
  const isSeen = ({ picture }: DetectionMistake) =>
    chosen.some((before) => before.picture === picture || alike(before.picture, picture));
  for (const isFirst of [true, false]) {
    const queues = queuesOf(all.filter(({ picture }) => first(picture) === isFirst));
    while (chosen.length < most && queues.some((queue) => queue.length > 0)) {
      for (const queue of queues) {
        let next = queue.shift();
        while (next && isSeen(next)) next = queue.shift();
        if (next && chosen.length < most) chosen.push(next);
      }
    }
  }
  return kinds.flatMap((wrong) => chosen.filter((mistake) => mistake.wrong === wrong));
}

/** One a kind, the worst first. */
function queuesOf(mistakes: readonly DetectionMistake[]): DetectionMistake[][] {
  return kinds.map((wrong) =>
    mistakes.filter((mistake) => mistake.wrong === wrong).sort((a, b) => badness(b) - badness(a)),
  );
}

/** The boxes of a picture that a person should see: what is there, and what counts as found. */
export function shownIn({ truth, found }: ScoredImage): ScoredImage {
  return {
    truth: truth.map(({ box, label }) => ({ box, label })),
    found: found
      .filter(({ score }) => score >= surelyFound)
      .map(({ box, label, score }) => ({ box, label, score })),
  };
}

const kinds = ['missed', 'false', 'loose'] as const;

function badness({ wrong, box, score, overlap }: DetectionMistake): number {
  switch (wrong) {
    case 'missed':
      return area(box);
    case 'false':
      return score ?? 0;
    case 'loose':
      return 1 - overlap;
  }
}

function mistakesIn({ truth, found }: ScoredImage, picture: number): DetectionMistake[] {
  const free = new Set(truth);
  const mistakes: DetectionMistake[] = [];
  const surest = found.filter(({ score }) => score >= surelyFound).sort((a, b) => b.score - a.score);
  for (const { box, label, score } of surest) {
    const [best] = [...free]
      .filter((animal) => animal.label === label)
      .map((animal) => ({ animal, overlap: iou(box, animal.box) }))
      .sort((a, b) => b.overlap - a.overlap);
    if (!best || best.overlap < meant) {
      mistakes.push({ picture, wrong: 'false', box, label, score, overlap: 0 });
      continue;
    }
    free.delete(best.animal);
    if (best.overlap < fits) {
      mistakes.push({ picture, wrong: 'loose', box, label, score, overlap: best.overlap });
    }
  }
  const missed = [...free].map(({ box, label }) => ({
    ...{ picture, wrong: 'missed' as const, box, label },
    ...{ score: null, overlap: 0 },
  }));
  return [...mistakes, ...missed];
}
