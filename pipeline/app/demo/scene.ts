/** A rendered clip: a place, and what happens there picture by picture. */
import type { Box } from '../../domain/vision/box.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { encodeClip } from '../../domain/vision/video-encode.ts';
import { type Exposure, expose, type Seen } from './camera.ts';
import type { Site } from './site.ts';

/** More than this of it hidden is not the whole animal. */
const wholeEnough = 0.05;

export interface Scene {
  /** Frames a second. */
  readonly fps: number;
  readonly site: Site;
  /** One a frame, with the same animals in the same order in each; the same one twice is a repeated frame. */
  readonly exposures: readonly Exposure[];
}

/** A frame and what is true of each animal in it. */
export interface ScenePicture {
  readonly raster: Raster;
  readonly seen: readonly Seen[];
}

export function* photograph({ site, exposures }: Scene): Generator<ScenePicture> {
  let last: { exposure: Exposure; picture: ScenePicture } | undefined;
  for (const exposure of exposures) {
    if (last?.exposure !== exposure) last = { exposure, picture: expose(site, exposure) };
    yield last.picture;
  }
}

/** Writes the clip as H.264. @returns what is true of each frame @param onPicture called after each frame */
export async function filmScene(
  path: string,
  scene: Scene,
  onPicture: () => void = () => undefined,
): Promise<(readonly Seen[])[]> {
  const seen: (readonly Seen[])[] = [];
  async function* rasters(): AsyncGenerator<Raster> {
    for (const picture of photograph(scene)) {
      seen.push(picture.seen);
      yield picture.raster;
      onPicture();
    }
  }
  await encodeClip(path, rasters(), { fps: scene.fps });
  return seen;
}

/** A row of a clip's truth: `visible` 0 and no box where nothing of the animal can be seen. */
export interface TruthLine {
  readonly frame: number;
  /** From 1, in the order of the exposures' animals. */
  readonly track: number;
  readonly box: Box | null;
  readonly hidden: number;
}

/** The box of what can be seen of each animal in each frame. */
export function truthOf(seen: readonly (readonly Seen[])[]): TruthLine[] {
  return seen.flatMap((animals, frame) =>
    animals.map(({ box, hidden }, i) => ({ frame, track: i + 1, box, hidden })),
  );
}

/** Of each animal the first box that a person would draw: all of it can be seen, or nearly. */
export function firstWhole(truth: readonly TruthLine[]): TruthLine[] {
  const tracks = Map.groupBy(truth, ({ track }) => track);
  return [...tracks.values()].flatMap((lines) => {
    const first = lines.find(({ box, hidden }) => box !== null && hidden < wholeEnough);
    return first ? [first] : [];
  });
}
