/** Labels of a frame as shapes on its picture: the track under review in front, the others behind it. */
import type { LabelView, TrackView } from '../../../../studio/api.ts';
import { CAUSE_COLOURS } from '../../canvas/colours.ts';
import type { Shape } from '../../canvas/paint.ts';
import { labelAt } from './runs.ts';

export interface FrameShapes {
  readonly shapes: readonly Shape[];
  /** The tracks that the shapes stand for, in their order. */
  readonly tracks: readonly number[];
}

/** The track's own shape comes first, where it has a label on the frame. */
export function shapesOf(own: TrackView, all: Iterable<TrackView>, index: number): FrameShapes {
  const label = labelAt(own.labels, index);
  const others = [...all].flatMap((view) => {
    const other = view.track === own.track ? undefined : labelAt(view.labels, index);
    return other ? [{ view, other }] : [];
  });
  return {
    shapes: [
      ...(label ? [ownShape(own, label)] : []),
      ...others.map(({ view, other }) => ({
        ...{ box: other.box, colour: CAUSE_COLOURS[other.cause], mark: other.cause, isFaint: true },
        ...{ text: `${view.track}`, isRejected: other.review === 'rejected' },
      })),
    ],
    tracks: [...(label ? [own.track] : []), ...others.map(({ view }) => view.track)],
  };
}

function ownShape({ label }: TrackView, { box, cause, score, review }: LabelView): Shape {
  return {
    ...{ box, colour: CAUSE_COLOURS[cause], mark: cause, isSelected: true },
    text: score === null ? label : `${label} ${score.toFixed(2)}`,
    isRejected: review === 'rejected',
    isAccepted: review === 'accepted' || review === 'corrected',
  };
}
