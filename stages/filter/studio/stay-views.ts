/** Who was where and when, from the labels as they stand. Pure. */
import { type Detection, stays } from '../../../pipeline/domain/events/stays.ts';
import type { StayView } from './api.ts';
import type { Projection } from './projection.ts';

/** Kept as long as nothing changes: a stay may go over many clips, and every label counts. */
export class StayViews {
  readonly #projection: Projection;
  #moment = -1;
  #views: StayView[] = [];

  constructor(projection: Projection) {
    this.#projection = projection;
  }

  /** In the order in which they began; clips whose time is not known have none. */
  all(): readonly StayView[] {
    const { moment } = this.#projection;
    if (moment === this.#moment) return this.#views;
    this.#views = stays(detections(this.#projection)).map(({ detections: [first], ...stay }) => {
      const { camera, species, count } = stay;
      const { clip, frame: index } = first!; // a stay has at least one
      return { camera, species, first: stay.first, last: stay.last, count, clip, index };
    });
    this.#moment = moment;
    return this.#views;
  }
}

/** Labels that were not rejected, at their frames' own times. */
function detections(projection: Projection): Detection[] {
  return projection.clips().flatMap(({ clip, camera, recordedAt, state }) => {
    const start = Date.parse(recordedAt?.time ?? '');
    if (Number.isNaN(start) || state !== 'tracked') return [];
    const labels =
      projection
        .labels(clip)
        ?.standing()
        .flatMap((track) => track.labels) ?? [];
    return labels
      .filter(({ review }) => review !== 'rejected')
      .map(({ label, track: { index, pts } }) => ({
        ...{ camera, species: label, time: start + pts * 1000, clip, frame: index },
      }));
  });
}
