/** Models as the page shows them. Pure. */
import type { DetectorTraining } from '../../../pipeline/domain/models/detector/training.ts';
import type { TrainedModel } from '../../../pipeline/domain/models/trained-model.ts';
import type { ModelView } from './api.ts';

export function modelView({ card, active, training, why }: TrainedModel): ModelView {
  const { id, kind, createdAt, recipe, classes, trainedOn } = card;
  const common = {
    model: id,
    kind,
    active: active !== null,
    trainedAt: createdAt,
    name: recipe,
    classes,
    pictures: trainedOn.examples,
    ...(why !== null && { why }),
  };
  if (card.kind === 'classifier') return { ...common, scores: null, drawn: null };
  const drawn = training?.drawn ?? null;
  return {
    ...common,
    scores: card.scores,
    drawn,
    // Without a drawn picture among those that were held out, nothing is known of what is right.
    ...(training && drawn && { mistakes: mistakesOf(training) }),
  };
}

const KINDS = { missed: 'missed', false: 'invented', loose: 'misplaced' } as const;

function mistakesOf({ mistakes }: DetectorTraining): NonNullable<ModelView['mistakes']> {
  return mistakes
    .filter(({ isDrawn }) => isDrawn)
    .map(({ picture: { clip, index }, wrong, box: [x, y, w, h] }) => ({
      ...{ clip, index, kind: KINDS[wrong] },
      box: [x, y, w, h],
    }));
}
