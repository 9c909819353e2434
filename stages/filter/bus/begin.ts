/** What a person begins from the page: labelling of clips, and training. Nothing depends on the page from then on. */
import { randomUUID } from 'node:crypto';
import { drawnItems, joinHandDrawn } from '../../../pipeline/domain/datasets/hand-drawn.ts';
import { fetchHandFiles } from '../../../pipeline/domain/datasets/store.ts';
import { activeModel } from '../../../pipeline/domain/models/registry.ts';
import { defaultStart } from '../../../pipeline/domain/models/weights/default-start.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import { type Anchor, ClipArrived } from '../../../schemas/clip-arrived.ts';
import { DatasetJob } from '../../../schemas/dataset-job.ts';
import type { Projection } from '../studio/projection.ts';

export interface TrainingRules {
  readonly seed: number;
  /** 0: as many as the recipe says. */
  readonly steps: number;
}

/**
 * Has clips labelled that wait for it, from what was drawn on them.
 * @param wanted all that wait where not given
 */
export async function annotate(
  bus: Bus,
  projection: Projection,
  wanted: readonly string[] | undefined,
): Promise<void> {
  const waiting = projection
    .clips()
    .filter(({ clip, state }) => state === 'found' && (!wanted || wanted.includes(clip)));
  for (const { clip } of waiting) {
    const found = projection.facts(clip)?.found;
    if (!found) continue;
    const { camera, file, source, recordedAt } = found;
    const body: ClipArrived = {
      ...{ clip, camera, file, source, anchors: anchors(projection, clip) },
      ...(recordedAt && { recordedAt }),
    };
    await bus.publish(outgoing(ClipArrived, { camera, clip }, body));
  }
}

/** Boxes of a frame that say nothing else are one animal each, in their order. */
function anchors(projection: Projection, clip: string): Anchor[] {
  return projection.drawn.ofClip(clip).flatMap(({ index, boxes }) =>
    (boxes ?? []).map(({ box, label, track }, nth) => ({
      frame: index,
      track: track ?? nth + 1,
      box,
      label,
    })),
  );
}

/**
 * @throws UsageError where nothing was drawn, or there is no model to train on from
 */
export async function train(
  bus: Bus,
  projection: Projection,
  kind: 'pre' | 'main',
  { seed, steps }: TrainingRules,
): Promise<void> {
  const nameOf = (clip: string) => projection.clip(clip).file;
  const drawings = projection.log.entries().flatMap((entry) => ('track' in entry ? [] : [entry]));
  const { classes, items } = joinHandDrawn(await fetchHandFiles(bus), drawnItems(drawings, nameOf));
  if (classes.length === 0) throw new UsageError('nothing was drawn yet', { expected: 'at least one box' });
  const active = await activeModel(bus, 'detector');
  if (kind === 'main' && !active)
    throw new UsageError('there is no model to train on from', { expected: 'a pre-training first' });
  const tracked = projection.clips().flatMap(({ clip, state }) => (state === 'tracked' ? [clip] : []));
  const job = `studio-${kind}-${randomUUID().slice(0, 8)}`;
  const body: DatasetJob = {
    ...{ job, kind: 'dataset', classes: [...classes], hand: [...items], examples: 'pictures' },
    clips: kind === 'main' ? tracked : [],
    training: {
      kind,
      start: kind === 'main' && active ? { from: 'model', model: active.model } : defaultStart(),
      seed,
      ...(steps > 0 && { steps }),
    },
  };
  await bus.publish(outgoing(DatasetJob, { job }, body));
}
