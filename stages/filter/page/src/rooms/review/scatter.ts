/** Labels as points by risk and score, and what a line around some of them holds. Pure. */
import type { LabelView, Run, TrackView } from '../../../../studio/api.ts';
import type { Point } from '../../canvas/viewport.ts';
import { runsOf } from './runs.ts';

/** A label and its place: `x` its risk, `y` its score, both 0..1; without a score `y` is below 0. */
export interface Dot extends Point {
  readonly view: TrackView;
  readonly label: LabelView;
}

/** Where labels without a score lie, spread so that many can be told apart. */
const NO_SCORE = -0.12;
const SPREAD = 0.08;

/** Labels that are left. */
export function dotsOf(views: Iterable<TrackView>): Dot[] {
  return [...views].flatMap((view) =>
    view.labels.flatMap((label) => {
      if (label.review !== 'pending') return [];
      const y = label.score ?? NO_SCORE + SPREAD * spread(label.index);
      return [{ view, label, x: label.risk, y }];
    }),
  );
}

/** -0.5..0.5, the same for the same frame. */
function spread(index: number): number {
  return ((index * 0.618034) % 1) - 0.5;
}

/** Whether the point lies inside of the closed line: a ray from it crosses the line an odd number of times. */
export function isInside(line: readonly Point[], { x, y }: Point): boolean {
  let isIn = false;
  let before = line.at(-1);
  for (const corner of line) {
    if (before && corner.y > y !== before.y > y) {
      const crossing = ((before.x - corner.x) * (y - corner.y)) / (before.y - corner.y) + corner.x;
      if (x < crossing) isIn = !isIn;
    }
    before = corner;
  }
  return isIn;
}

/** Runs of the labels, to decide on all of them as one action. */
export function runsOfDots(dots: readonly Dot[]): Run[] {
  return [...Map.groupBy(dots, ({ view }) => view)].flatMap(([view, own]) => {
    const indices = new Set(own.map(({ label }) => label.index));
    return runsOf(view, ({ index }) => indices.has(index));
  });
}
