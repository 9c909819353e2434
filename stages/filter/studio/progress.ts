/** How far the job is, for the page. Pure. */
import { secondsPerAccepted } from '../../../pipeline/domain/labels/review-time.ts';
import type { ClipView, Progress } from './api.ts';
import type { Projection } from './projection.ts';
import { WORTH_DRAWING } from './proposals.ts';

/** Costs the number of clips, not of labels. */
export function progressOf(projection: Projection): Progress {
  const { reviews, timedGood } = projection.labelCounts();
  const { time } = projection;
  return {
    drawn: projection.drawn.all().length,
    worthDrawing: worthDrawing(projection.clips()),
    labels: reviews,
    labelsPerMinute: rounded(time.labelsPerMinute, 10),
    secondsPerAccepted: rounded(secondsPerAccepted(time, timedGood), 1000),
    ...projection.audit.estimates(),
  };
}

/** Frames that do for a first detector; as many as there are where there are fewer. */
function worthDrawing(clips: readonly ClipView[]): number {
  const frames = clips.reduce((sum, clip) => sum + (clip.state === 'failed' ? 0 : (clip.frames ?? 0)), 0);
  return frames === 0 ? WORTH_DRAWING : Math.min(WORTH_DRAWING, frames);
}

function rounded(value: number | null, parts: number): number | null {
  return value === null ? null : Math.round(value * parts) / parts;
}
