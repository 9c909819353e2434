/**
 * Filter: ranks a tracked clip's labels by risk, decides them itself where it is told to, and builds datasets of what
 * was accepted. Its state is on the bus: labels in TRACKS, decisions in LABELS.
 */

import { HAND_KEY, storeDataset } from '../../pipeline/domain/datasets/store.ts';
import { decisionRuns } from '../../pipeline/domain/labels/decision-runs.ts';
import { clipContexts, labelsOf } from '../../pipeline/domain/labels/labels.ts';
import type { ReviewedLabel } from '../../pipeline/domain/labels/review.ts';
import { spotOf } from '../../pipeline/domain/labels/stones.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { type Incoming, type Outgoing, outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { PoisonError } from '../../pipeline/runtime/errors.ts';
import { JobReport } from '../../pipeline/runtime/stage/progress.ts';
import { handler, stage } from '../../pipeline/runtime/stage/stage.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { ClipDecoded } from '../../schemas/clip-decoded.ts';
import { ClipFailed } from '../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../schemas/clip-filtered.ts';
import { ClipFound } from '../../schemas/clip-found.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { DatasetJob } from '../../schemas/dataset-job.ts';
import { DiffJob } from '../../schemas/diff-job.ts';
import { ExplainJob } from '../../schemas/explain-job.ts';
import { FollowJob } from '../../schemas/follow-job.ts';
import { Frame } from '../../schemas/frame.ts';
import { Image } from '../../schemas/image.ts';
import { LabelAudited } from '../../schemas/label-audited.ts';
import { LabelDrawn } from '../../schemas/label-drawn.ts';
import { LabelProposed } from '../../schemas/label-proposed.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import { Progress } from '../../schemas/progress.ts';
import { activeModelKey, askedKey } from '../../schemas/state.ts';
import { StillsJob } from '../../schemas/stills-job.ts';
import { Track } from '../../schemas/track.ts';
import { TrainJob } from '../../schemas/train-job.ts';
import { serveStudio } from './bus/serve-studio.ts';
import { cropDataset, cropItems, type TimedClipLabels } from './crops.ts';
import { datasetItems, datasetOf } from './dataset.ts';
import { FilterOptions } from './options.ts';

const clips = { type: ClipTracked, ackWaitS: 60, attempts: 10 };
const datasets = { type: DatasetJob, ackWaitS: 60, attempts: 5 };

export const filter = stage({
  name: 'filter',
  summary: 'Ranks labels by risk, takes decisions on them, and builds datasets',
  guarantee: 'Decisions are only ever added; the last one on a label wins.',
  options: FilterOptions,
  takes: [clips, datasets],
  gives: [
    ...[LabelDrawn, LabelReviewed, LabelAudited, ClipArrived, ClipFiltered, ClipFailed],
    ...[DatasetJob, TrainJob, ExplainJob, DiffJob, FollowJob, StillsJob, Progress],
  ],
  reads: [
    ...[ClipFound, ClipArrived, ClipDecoded, ClipTracked, ClipFiltered, ClipFailed],
    ...[Frame, Image, Track, LabelDrawn, LabelProposed, LabelReviewed, LabelAudited, Progress],
  ],
  keeps: {
    watches: [HAND_KEY],
    sets: [activeModelKey(), askedKey()],
    fetches: ['models', 'explanations'],
    stores: ['datasets'],
  },
  async start({ bus, options, log, signal }) {
    const page = options.studioPort > 0 ? await serveStudio(bus, options, log, signal) : undefined;
    return {
      stop: async () => page?.close(),
      handlers: [
        handler({
          take: clips,
          concurrency: 2,
          each: (input) => filterClip(bus, input, options),
          onDead: ({ body: { clip, camera, file }, sequence }, reason) => [
            outgoing(
              ClipFailed,
              { camera, clip },
              { clip, camera, file, stage: 'filter', reason },
              { id: `failed:filter:${clip}:${sequence}` },
            ),
          ],
        }),
        handler({
          take: datasets,
          concurrency: 1,
          each: (input) => buildDataset(bus, input, options),
          onDead: ({ body: { job } }, reason) => [new JobReport('dataset', job).failed(reason)],
        }),
      ],
    };
  },
});

async function* filterClip(
  bus: Bus,
  input: Incoming<typeof ClipTracked>,
  { review, acceptBelow }: FilterOptions,
): AsyncGenerator<Outgoing> {
  const { clip, camera } = input.body;
  // By this clip alone: which others are filtered already is a matter of timing, and decisions must not be.
  const labels = await labelsOf(bus, clip, { pictures: new Map([[clip, input.body]]), spots: new Map() });
  const parent = input.traceparent;
  const pending = labels.filter((label) => label.review === 'pending');
  if (review === 'auto') {
    const at = new Date(input.storedAt).toISOString();
    for (const run of decisionRuns(pending, ({ risk }) => (risk < acceptBelow ? 'accepted' : 'rejected'))) {
      const { track, from, to } = run;
      const id = `auto:${clip}.${track}.${from}-${to}`;
      yield outgoing(LabelReviewed, { clip, track }, { ...run, by: 'auto', at }, { id, parent });
    }
  }
  const counts = {
    labels: labels.length,
    risky: labels.filter((label) => label.risk >= acceptBelow).length,
    decided: review === 'auto' ? labels.length : labels.length - pending.length,
    still: stillTracks(labels),
  };
  yield outgoing(ClipFiltered, { camera, clip }, { clip, camera, ...counts }, { parent });
}

/** Tracks that stood at one spot all through the clip. */
function stillTracks(labels: readonly ReviewedLabel[]): NonNullable<ClipFiltered['still']> {
  const tracks = Map.groupBy(labels, ({ track }) => track.track);
  return [...tracks].flatMap(([track, own]) => {
    const spot = spotOf(own.map((label) => label.track.box));
    return spot ? [{ track, spot: [...spot] }] : [];
  });
}

async function* buildDataset(
  bus: Bus,
  { body: { job, classes, hand, clips, examples, training }, traceparent }: Incoming<typeof DatasetJob>,
  { heldOutShare }: FilterOptions,
): AsyncGenerator<Outgoing> {
  const messages = new JobReport('dataset', job, traceparent);
  const tracked = new Map<string, ClipTracked>();
  for await (const { body } of bus.stored(ClipTracked)) tracked.set(body.clip, body);
  const labelled: TimedClipLabels[] = [];
  const contexts = await clipContexts(bus);
  for (const [i, clip] of clips.entries()) {
    const facts = tracked.get(clip);
    if (facts) labelled.push({ ...facts, labels: await labelsOf(bus, clip, contexts) });
    yield messages.running({ done: i + 1, total: clips.length }, `${i + 1}/${clips.length}`);
  }
  const dataset =
    examples === 'crops'
      ? cropDataset(classes, cropItems(labelled, hand, heldOutShare))
      : datasetOf(
          classes,
          hand,
          labelled.flatMap((clip) => datasetItems(clip, heldOutShare)),
        );
  if (dataset.items.length === 0) {
    throw new PoisonError('there is nothing to train on', {
      found: 'no hand-drawn picture and no accepted label',
      expected: 'at least one',
    });
  }
  const id = await storeDataset(bus, dataset);
  if (training) {
    const body = { ...training, job: `${job}-train`, dataset: id };
    yield outgoing(TrainJob, { kind: training.kind }, body, { id: `train:${job}`, parent: traceparent });
  }
  yield messages.done({
    dataset: id,
    pictures: dataset.items.length,
    boxes: dataset.items.reduce((sum, item) => sum + item.boxes.length, 0),
  });
}
