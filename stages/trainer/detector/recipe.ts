/** How long and how fast what is trained. The measurements behind the figures are in `test/bench/detector-training.md`. */
import type { DetectorNetworkName } from '../../../pipeline/domain/models/detector/network.ts';
import type { OptimiserOptions } from '../optimiser.ts';
import type { NetworkPart } from './network-part.ts';
import type { DetectorViewMix } from './views.ts';

/** Steps in which one part of the network is trained. */
export interface DetectorPhase {
  readonly part: NetworkPart;
  readonly steps: number;
  /** Of learning at its highest; it rises for a few steps and falls as a cosine to a twentieth. */
  readonly rate: number;
}

/** What a training does, from its views to its phases. */
export interface DetectorRecipe extends OptimiserOptions {
  readonly phases: readonly DetectorPhase[];
  /** Views per step. */
  readonly batch: number;
  readonly mix: DetectorViewMix;
  /** Steps between two looks at the held-out pictures. */
  readonly evaluateEvery: number;
}

export type DetectorRecipeName = 'pre' | 'main';

const shared = {
  batch: 8,
  mix: { region: 0.5, mosaic: 0.25, colour: 1 },
  weightDecay: 0.02,
  maxGradient: 10,
  averaging: 0.98,
  startShare: 0.25,
  evaluateEvery: 30,
};

/** From YOLOX's weights, which know animals, or what came of them, and tens of pictures. */
const few: Readonly<Record<DetectorRecipeName, DetectorRecipe>> = {
  pre: {
    ...shared,
    phases: [
      { part: 'head', steps: 60, rate: 1e-3 },
      { part: 'neck', steps: 60, rate: 2e-4 },
    ],
  },
  main: {
    ...shared,
    phases: [{ part: 'neck', steps: 90, rate: 2e-4 }],
  },
};

/** From so many pictures drawn by hand on, the backbone gains more from them than it loses. */
const manyFrom = 100;

/** The same start and hundreds of pictures: more of the network, smaller batches, steps by their number. */
function many(pictures: number): DetectorRecipe {
  return {
    ...shared,
    batch: 4,
    mix: { ...shared.mix, mosaic: 0.5 },
    averaging: 0.99,
    startShare: 0.15,
    evaluateEvery: 60,
    phases: [
      { part: 'head', steps: 60, rate: 1e-3 },
      { part: 'top', steps: Math.max(300, Math.min(2 * pictures, 800)), rate: 1.5e-4 },
    ],
  };
}

/** From nothing, or the first that came of it: smaller batches for more steps, and less to learn at once. */
const plain = {
  ...shared,
  batch: 4,
  mix: { region: 0.45, mosaic: 0.1, colour: 0.4 },
  startShare: 0,
  evaluateEvery: 50,
};
const raw: Readonly<Record<DetectorRecipeName, DetectorRecipe>> = {
  pre: { ...plain, phases: [{ part: 'all', steps: 500, rate: 3e-3 }] },
  main: { ...plain, phases: [{ part: 'all', steps: 300, rate: 1.5e-3 }] },
};

/** From `shika-tiny` where it knows these animals already, or what came of it: there is little left to learn. */
const small = { ...plain, startShare: 0.3, evaluateEvery: 30 };
const known: Readonly<Record<DetectorRecipeName, DetectorRecipe>> = {
  pre: { ...small, phases: [{ part: 'neck', steps: 60, rate: 3e-4 }] },
  main: { ...small, phases: [{ part: 'neck', steps: 90, rate: 3e-4 }] },
};

/** From a backbone that knows pictures but no boxes: neck and head are learnt from the first step. */
const headless: DetectorRecipe = {
  ...shared,
  startShare: 0,
  phases: [{ part: 'neck', steps: 300, rate: 2e-3 }],
};

/** What of a network has been trained before training begins. */
export type TrainedBefore = 'nothing' | 'backbone' | 'all';

/** @param pictures to train on */
export function detectorRecipe(
  name: DetectorRecipeName,
  network: DetectorNetworkName,
  trained: TrainedBefore,
  pictures: number,
): DetectorRecipe {
  if (trained === 'nothing') return raw[name];
  if (trained === 'backbone') return headless;
  if (network === 'tiny') return known[name];
  // What `main` has more of is frames of a few clips: from these, more of the network would learn the place by heart.
  return name === 'pre' && pictures >= manyFrom ? many(pictures) : few[name];
}

/** The same recipe with `steps` steps in all, shared out among its phases as before. */
export function withSteps(recipe: DetectorRecipe, steps: number): DetectorRecipe {
  const all = recipe.phases.reduce((sum, phase) => sum + phase.steps, 0);
  const phases = recipe.phases.map((phase) => ({
    ...phase,
    steps: Math.max(1, Math.round((phase.steps * steps) / all)),
  }));
  return { ...recipe, phases };
}

/** Rate at a step of a phase: up in a tenth of the steps, down as a cosine. */
export function detectorRateAt({ rate, steps }: DetectorPhase, step: number): number {
  const warm = Math.max(1, Math.min(20, Math.round(steps / 10)));
  if (step < warm) return (rate * (step + 1)) / warm;
  const done = (step - warm) / Math.max(1, steps - warm);
  return rate * (0.05 + 0.475 * (1 + Math.cos(Math.PI * done)));
}
