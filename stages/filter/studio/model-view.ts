/** Models as the page shows them. */
import type { ModelCard } from '../../../pipeline/domain/models/model-card.ts';
import type { ModelView } from './api.ts';

export function modelView(card: ModelCard & { readonly active: boolean }): ModelView {
  const { id, kind, active, createdAt, recipe, classes, trainedOn } = card;
  const common = {
    model: id,
    kind,
    active,
    trainedAt: createdAt,
    name: recipe,
    classes,
    pictures: trainedOn.examples,
  };
  if (card.kind === 'classifier') return { ...common, scores: null, drawn: null };
  return { ...common, scores: card.scores, drawn: null };
}
