/** The clip of a bright square as it is when it was tracked, with labels that are wrong where the test says so. */
import type { Box } from '../../pipeline/domain/vision/box.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { ClipFound } from '../../schemas/clip-found.ts';
import { ClipTracked } from '../../schemas/clip-tracked.ts';
import { noCauses } from '../../schemas/terms.ts';
import { Track } from '../../schemas/track.ts';
import type { TrackView } from '../../stages/filter/studio/api.ts';
import { until } from '../processes/until.ts';
import { bus, CAMERA, FRAMES, source, squareAt } from './clip-bed.ts';
import type { Person } from './studio-bed.ts';

/** Of its pictures, px. */
export const SQUARE_CLIP = { width: 480, height: 240 } as const;
/** Where a label says that the square is in drifted frames, px. */
export const DRIFTED: Box = [200, 150, 40, 50];

export interface DriftedClip {
  readonly clip: string;
  readonly drifted: (index: number) => boolean;
  /** Where its file is said to be. */
  readonly path?: string;
  /** Whether anything was found in it; if so it is track 1, on every frame. */
  readonly isLabelled?: boolean;
}

/** Resolves when the person's studio has it. */
export async function publishDrifted(
  person: Person,
  { clip, drifted, path = source, isLabelled = true }: DriftedClip,
): Promise<void> {
  const facts = { clip, camera: CAMERA, file: 'square.mp4', fps: 25, ...SQUARE_CLIP };
  const found: ClipFound = { ...facts, source: path, frames: FRAMES };
  await bus.publish(outgoing(ClipFound, { camera: CAMERA, clip }, found));
  const indices = Array.from({ length: isLabelled ? FRAMES : 0 }, (_, index) => index);
  const labels = indices.map((index) => labelAt(clip, index, drifted(index)));
  await Promise.all(
    labels.map((body) => bus.publish(outgoing(Track, { clip, track: 1, index: body.index }, body))),
  );
  const summary: ClipTracked = {
    ...facts,
    ...{ causes: noCauses(), tracks: [], looked: [[0, FRAMES - 1, 1]] },
    ledger: { decoded: FRAMES, labelled: labels.length, empty: FRAMES - labels.length, skipped: {}, dead: 0 },
  };
  await bus.publish(outgoing(ClipTracked, { camera: CAMERA, clip }, summary));
  const isThere = async () =>
    (await person.get<{ clip: string; state: string }[]>('/api/clips')).some(
      (view) => view.clip === clip && view.state === 'tracked',
    ) && (await labelCount(person, clip)) === labels.length;
  await until(isThere, 'the studio has the clip', 60_000);
}

async function labelCount(person: Person, clip: string): Promise<number> {
  const tracks = await person.get<TrackView[]>(`/api/clips/${clip}/labels`);
  return tracks.reduce((sum, { labels }) => sum + labels.length, 0);
}

function labelAt(clip: string, index: number, isDrifted: boolean): Track {
  return {
    ...{ clip, camera: CAMERA, track: 1, index, pts: index / 25, label: 'deer', model: null, region: null },
    ...{ cause: isDrifted ? 'held' : 'detected', score: isDrifted ? null : 0.9 },
    box: [...(isDrifted ? DRIFTED : squareAt(index))],
  };
}
