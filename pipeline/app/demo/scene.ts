/** A rendered clip: a place, and what happens there picture by picture. */
import type { Box, Size } from '../../domain/vision/box.ts';
import type { Raster } from '../../domain/vision/image.ts';
import { encodeClip } from '../../domain/vision/video-encode.ts';
import { type Exposure, expose, type Seen } from './camera.ts';
import { wholeScene } from './sensor.ts';
import type { Site } from './site.ts';

/** A person waits with the first box while more than this of the animal is hidden. */
const mostHidden = 0.4;

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

/** Of a scene's pictures, px. */
export function pictureSize({ exposures }: Scene): Size {
  return exposures[0]?.window ?? wholeScene;
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
  /** The picture's edge does not cut it off. */
  readonly isInside: boolean;
}

/** The box of what can be seen of each animal in each frame. @param size of the pictures */
export function truthOf(seen: readonly (readonly Seen[])[], size: Size): TruthLine[] {
  return seen.flatMap((animals, frame) =>
    animals.map(({ box, whole, hidden }, i) => {
      return { frame, track: i + 1, box, hidden, isInside: whole !== null && isInside(whole, size) };
    }),
  );
}

function isInside([x, y, w, h]: Box, { width, height }: Size): boolean {
  return x > 0 && y > 0 && x + w < width && y + h < height;
}

/** Of each animal the first box that a person would draw: all of it is in the picture, and most can be seen. */
export function firstBoxes(truth: readonly TruthLine[]): TruthLine[] {
  const tracks = Map.groupBy(truth, ({ track }) => track);
  return [...tracks.values()].flatMap((lines) => {
    const first = lines.find(({ box, hidden, isInside }) => box !== null && isInside && hidden < mostHidden);
    return first ? [first] : [];
  });
}
