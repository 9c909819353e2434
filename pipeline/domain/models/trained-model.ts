/** What is known of a model that somebody trained. */
import type { ActiveModel } from '../../../schemas/state.ts';
import type { DetectorTraining } from './detector/training.ts';
import type { ModelCard } from './model-card.ts';

/** A stored model and what was written down when it was trained. */
export interface TrainedModel {
  readonly card: ModelCard;
  /** null where stages do not use it. */
  readonly active: ActiveModel | null;
  /** Of a detector; null where it was not trained here. */
  readonly training: DetectorTraining | null;
  /** Why it became the active one, or did not; null where nobody wrote it down. */
  readonly why: string | null;
}
