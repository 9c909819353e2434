/** The clips that the tracker is measured on: ours, and rendered ones whose truth is known to the pixel. */
import { basename } from 'node:path';
import type { TruthBox } from '../../pipeline/domain/scores/labels.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import { scenes } from '../fixtures/scenes/scenes.ts';
import { anchorsOf, clipFile, truthOf } from './clip-truth.ts';
import { type HiddenAnimal, hiddenAnimals, renderedClip } from './rendered-clips.ts';
import { type DetectorKind, drawnFlies } from './tracker-detectors.ts';

/** One clip, what is true of it, and what a person gives. */
export interface BenchClip {
  readonly name: string;
  readonly path: string;
  /** Empty where nothing is known. */
  readonly truth: readonly TruthBox[];
  readonly hidden: readonly HiddenAnimal[];
  readonly anchors: readonly Anchor[];
}

/** Clips whose scores are one row. */
export interface ClipGroup {
  readonly name: string;
  readonly detector: DetectorKind;
  readonly clips: readonly BenchClip[];
}

/** Clips of ours without truth, for contact sheets. */
export const untrue: readonly string[] = [
  'small-cat-ir',
  'herd-close',
  'herd-dusk',
  'chimps',
  'farm-cctv',
  'fawn-panning',
];

/**
 * @param name of one of our clips, a scene, or a path without ending
 * @param seeds of a scene
 * @param folder where rendered clips are kept
 */
export async function clipGroup(name: string, seeds: readonly number[], folder: string): Promise<ClipGroup> {
  if (name in scenes) {
    const clips: BenchClip[] = [];
    for (const seed of seeds) clips.push(await benchClip(await renderedClip(`${name}-${seed}`, folder)));
    return { name, detector: 'site', clips };
  }
  const clip = await benchClip(name);
  if (name !== 'flies')
    return { name: clip.name, detector: untrue.includes(name) ? 'coco' : 'deer', clips: [clip] };
  const truth = clip.truth.filter(({ frame }) => !drawnFlies.includes(frame));
  return { name, detector: 'flies', clips: [{ ...clip, truth }] };
}

async function benchClip(name: string): Promise<BenchClip> {
  return {
    name: basename(name),
    path: clipFile(name, '.mp4') ?? name,
    truth: await truthOf(name),
    hidden: await hiddenAnimals(name),
    anchors: await anchorsOf(name),
  };
}
