/** Why a label is doubted: facts, told apart so that whoever shows them says it in their own language. */
export type LabelDoubt =
  /** The detector was not sure: its score. */
  | { readonly kind: 'score'; readonly score: number }
  /** Its centre is so many pixels from where the animal is in the frames around. */
  | { readonly kind: 'jump'; readonly px: number }
  /** Its area is so many times that of the frames around; below 1 where it is smaller. */
  | { readonly kind: 'size'; readonly times: number }
  /** So many frames in a row, up to this one, without a detection. */
  | { readonly kind: 'unseen'; readonly frames: number }
  /** Seen, but of the frames around it so many were not. */
  | { readonly kind: 'alone'; readonly missed: number }
  /** The detector gave so many boxes that could be this animal. */
  | { readonly kind: 'ambiguous'; readonly boxes: number }
  /** It touches the edge of the picture: a part of the animal may be outside. */
  | { readonly kind: 'edge' }
  /** What is known from before and what is known from behind overlap by this IoU. */
  | { readonly kind: 'directions'; readonly iou: number }
  /** Another model's box overlaps it by this IoU; 0 where it has none. */
  | { readonly kind: 'models'; readonly iou: number }
  /** It was followed by its looks, and looks like the animal by this much, 0..1. */
  | { readonly kind: 'likeness'; readonly likeness: number }
  /** It moved, or is new, where no pixel changed. */
  | { readonly kind: 'unchanged' }
  /** The light or the camera changed in this frame. */
  | { readonly kind: 'unsteady' }
  /**
   * A stone, a stump, a feeder: it stands at one spot all the time, in so many other clips of the camera too; 0 where it
   * is on pixels that never change, in this clip alone.
   */
  | { readonly kind: 'stone'; readonly clips: number };

/** One doubt, and what it weighs: the share of what was still sure that it takes away, 0..1. */
export interface WeighedDoubt {
  readonly doubt: LabelDoubt;
  readonly weight: number;
}

/** Doubts below this are not worth a word. */
const WORTH_SAYING = 0.1;

/** The share that is not sure after all doubts, to 1/1000; and those that are worth a word, the heaviest first. */
export function joinDoubts(weighed: readonly WeighedDoubt[]): {
  risk: number;
  doubts: readonly LabelDoubt[];
} {
  const sure = weighed.reduce((left, { weight }) => left * (1 - weight), 1);
  const said = weighed.filter(({ weight }) => weight >= WORTH_SAYING).toSorted((a, b) => b.weight - a.weight);
  return { risk: Math.round((1 - sure) * 1000) / 1000, doubts: said.map(({ doubt }) => doubt) };
}
