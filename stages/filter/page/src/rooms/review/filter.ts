/** Which tracks are listed. Pure. */
import type { Cause, TrackSummary } from '../../../../studio/api.ts';

export interface Filter {
  readonly label: string | null;
  readonly camera: string | null;
  readonly cause: Cause | null;
  /** At least one stretch of the track is so doubtful. */
  readonly riskFrom: number;
  /** Its median score is at most this; one without a score always fits. */
  readonly scoreTo: number;
  /** Dates, `YYYY-MM-DD`, both included; null: any time. */
  readonly from: string | null;
  readonly to: string | null;
  /** Only tracks with labels that nobody has decided on. */
  readonly isLeft: boolean;
}

export const ALL: Filter = {
  label: null,
  camera: null,
  cause: null,
  riskFrom: 0,
  scoreTo: 1,
  from: null,
  to: null,
  isLeft: true,
};

export function fits(track: TrackSummary, filter: Filter): boolean {
  const { label, camera, causes, risks, score, recordedAt, count } = track;
  // A day is the camera's: the date as the recording says it.
  const day = recordedAt?.time.slice(0, 10);
  return (
    (filter.label === null || label === filter.label) &&
    (filter.camera === null || camera === filter.camera) &&
    (filter.cause === null || (causes[filter.cause] ?? 0) > 0) &&
    (filter.riskFrom === 0 || risks.some((risk) => risk >= filter.riskFrom)) &&
    (score === null || score <= filter.scoreTo) &&
    (filter.from === null || (day !== undefined && day >= filter.from)) &&
    (filter.to === null || (day !== undefined && day <= filter.to)) &&
    (!filter.isLeft || count.pending > 0)
  );
}
