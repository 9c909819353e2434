/** How long and how fast what is trained. The measurements behind the figures are in `test/bench/classifier-training.md`. */
import { pooledLayer } from '../../../pipeline/domain/models/classifier/network.ts';

/** How one part of the network is trained. */
export interface ClassifierPhase {
  readonly epochs: number;
  readonly batch: number;
  /** Of learning at its highest: it rises for a twentieth of the steps and falls as a cosine to nothing. */
  readonly rate: number;
  /** Share of the truth that is given to all classes (Szegedy et al. 2016, arXiv 1512.00567). */
  readonly smoothing: number;
  readonly weightDecay: number;
  /** Share of the running mean of the weights that a step leaves; 0: the last weights are kept. */
  readonly averaging: number;
  /** A rare class counts as much as a frequent one. */
  readonly balanced: boolean;
}

/** What of each picture is learnt, and in which phases. */
export interface ClassifierRecipe {
  /** Of each picture, for its features; the first is the whole picture. */
  readonly views: number;
  readonly lastLayer: ClassifierPhase;
  /** Then the blocks after the layer `after`, at a low rate. */
  readonly upperBlocks?: ClassifierPhase & { readonly after: string };
}

export type ClassifierRecipeName = 'note' | 'default';

/** The recipes by name. */
export const classifierRecipes: Readonly<Record<ClassifierRecipeName, ClassifierRecipe>> = {
  /** The note's: the last layer alone, 20 epochs, of the pictures as they are. */
  note: {
    views: 1,
    lastLayer: {
      epochs: 20,
      batch: 32,
      rate: 1e-3,
      smoothing: 0,
      weightDecay: 0,
      averaging: 0,
      balanced: false,
    },
  },
  default: {
    views: 5,
    lastLayer: {
      epochs: 20,
      batch: 32,
      rate: 2e-3,
      smoothing: 0.05,
      weightDecay: 0.05,
      averaging: 0.98,
      balanced: true,
    },
    upperBlocks: {
      after: 'block_12_add',
      epochs: 6,
      batch: 32,
      rate: 5e-4,
      smoothing: 0.05,
      weightDecay: 0.05,
      averaging: 0.99,
      balanced: true,
    },
  },
};

/** The layer whose output is computed once: what comes after it is trained. */
export function frozenUntil({ upperBlocks }: ClassifierRecipe): string {
  return upperBlocks?.after ?? pooledLayer;
}

/** Rate at a step: up in the first twentieth of the steps, down as a cosine. */
export function classifierRateAt({ rate }: ClassifierPhase, step: number, steps: number): number {
  const warm = Math.max(1, Math.round(steps / 20));
  if (step < warm) return (rate * (step + 1)) / warm;
  return rate * 0.5 * (1 + Math.cos((Math.PI * (step - warm)) / Math.max(1, steps - warm)));
}
