/**
 * Stays: the detections of one species at one camera that are less than an interval apart. They are derived from
 * labels and stored nowhere: a changed label changes them.
 */

/** An animal in a frame. */
export interface Detection {
  readonly camera: string;
  readonly species: string;
  /** Milliseconds since 1970, UTC. */
  readonly time: number;
  readonly clip: string;
  readonly frame: number;
}

/** An animal's, or a group's, visit to a camera. */
export interface Stay<D extends Detection = Detection> {
  readonly camera: string;
  readonly species: string;
  /** Times of its first and last detection, milliseconds since 1970, UTC. */
  readonly first: number;
  readonly last: number;
  /** The most animals that were seen at once, in one frame. */
  readonly count: number;
  /** By time. */
  readonly detections: readonly D[];
}

/** The usual pause after which an animal counts as another visit, seconds. */
export const DEFAULT_INTERVAL_S = 60;

/**
 * Groups detections into stays, in the order of their first detections, then by camera and species.
 * @param intervalS a pause of so many seconds or more ends a stay
 */
export function stays<D extends Detection>(
  detections: readonly D[],
  intervalS: number = DEFAULT_INTERVAL_S,
): Stay<D>[] {
  const kinds = Map.groupBy(detections, ({ camera, species }) => JSON.stringify([camera, species]));
  return [...kinds.values()]
    .flatMap((kind) => visits(kind, intervalS * 1000))
    .map(stay)
    .sort((a, b) => a.first - b.first || order(a.camera, b.camera) || order(a.species, b.species));
}

/** @param pauseMs between two visits, at least */
function visits<D extends Detection>(detections: readonly D[], pauseMs: number): D[][] {
  const visits: D[][] = [];
  for (const detection of detections.toSorted((a, b) => a.time - b.time)) {
    const visit = visits.at(-1);
    const before = visit?.at(-1);
    if (visit && before && detection.time - before.time < pauseMs) visit.push(detection);
    else visits.push([detection]);
  }
  return visits;
}

function stay<D extends Detection>(detections: readonly D[]): Stay<D> {
  // visits() makes no empty ones
  const [first, last] = [detections[0]!, detections.at(-1)!];
  const inFrames = Map.groupBy(detections, ({ clip, frame }) => `${clip}.${frame}`);
  return {
    camera: first.camera,
    species: first.species,
    first: first.time,
    last: last.time,
    count: Math.max(...[...inFrames.values()].map((together) => together.length)),
    detections,
  };
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
