/**
 * Frames as bitmaps, by index, and what is cut out of them: asked for in the order of need, kept as long as there is
 * room, the last used the longest.
 */
import type { Box } from './box-edit.ts';
import { LeastRecent } from './least-recent.ts';
import { Turns } from './turns.ts';
import type { Size } from './viewport.ts';

/** Of decoded frames and of crops, bytes. */
const FRAMES_ROOM = 320 * 2 ** 20;
const CROPS_ROOM = 48 * 2 ** 20;

/** A browser asks a server six things at once; live events keep one of them. */
const AT_ONCE = 4;

const turns = new Turns(AT_ONCE);
const close = (bitmap: ImageBitmap) => bitmap.close();
const bytesOf = ({ width, height }: ImageBitmap) => width * height * 4;
const frames = new LeastRecent(FRAMES_ROOM, bytesOf, close);
const crops = new LeastRecent(CROPS_ROOM, bytesOf, close);
const loading = new Map<string, Promise<ImageBitmap>>();

const keyOf = (clip: string, index: number) => `${clip}/frames/${index}`;

/** The frame, where it is here already. */
export function frameHere(clip: string, index: number): ImageBitmap | undefined {
  return frames.get(keyOf(clip, index));
}

/**
 * @param isNow somebody looks at this frame: it is asked for before all others
 * @throws Error saying why the frame can't be had
 */
export function frame(clip: string, index: number, isNow = true): Promise<ImageBitmap> {
  const key = keyOf(clip, index);
  const here = frames.get(key);
  if (here) return Promise.resolve(here);
  const known = loading.get(key);
  if (known) {
    if (isNow) turns.hurry(key);
    return known;
  }
  const asked = turns
    .take(key, isNow ? 0 : 1, async () => createImageBitmap(await fetchJpeg(key)))
    .then((bitmap) => {
      frames.set(key, bitmap);
      return bitmap;
    })
    .finally(() => loading.delete(key));
  loading.set(key, asked);
  return asked;
}

/** Asks for frames that come next, and no longer for those that were asked for before and did not have their turn. */
export function prefetch(clip: string, indices: readonly number[]): void {
  const wanted = new Set(indices.map((index) => keyOf(clip, index)));
  turns.drop((key, need) => need === 1 && !wanted.has(key));
  for (const index of indices) frame(clip, index, false).catch(() => {});
}

/**
 * A box with something around it, cut out of its frame.
 * @param size of the crop, pixels
 * @param picture size of the frame, where it is known
 */
export function crop(
  clip: string,
  index: number,
  box: Box,
  size: Size,
  picture: Size | null,
): Promise<{ readonly bitmap: ImageBitmap; readonly around: Box }> {
  const around = withSurroundings(box, size.width / size.height, picture);
  const key = `${keyOf(clip, index)}@${around.join()}@${size.width}`;
  const here = crops.get(key);
  if (here) return Promise.resolve({ bitmap: here, around });
  const known = loading.get(key);
  const options = { resizeWidth: size.width, resizeHeight: size.height } as const;
  const asked =
    known ??
    turns
      .take(key, 2, async () =>
        createImageBitmap(
          frames.get(keyOf(clip, index)) ?? (await fetchJpeg(keyOf(clip, index))),
          ...around,
          options,
        ),
      )
      .then((bitmap) => {
        crops.set(key, bitmap);
        return bitmap;
      })
      .finally(() => loading.delete(key));
  loading.set(key, asked);
  return asked.then((bitmap) => ({ bitmap, around }));
}

/** Crops that nobody looks at any more are not asked for. */
export function dropCrops(clip: string, index: number): void {
  turns.drop((key, need) => need === 2 && key.startsWith(`${keyOf(clip, index)}@`));
}

/** A region of the given shape around the box with half of its size added, inside the picture as far as it fits. */
export function withSurroundings(
  [x, y, w, h]: Box,
  aspect: number,
  picture: Size | null,
): [number, number, number, number] {
  const height = Math.max(h, w / aspect) * 1.5;
  const width = height * aspect;
  const within = (at: number, long: number, room: number | undefined) =>
    Math.round(room === undefined || long > room ? at : Math.min(Math.max(0, at), room - long));
  return [
    within(x + w / 2 - width / 2, width, picture?.width),
    within(y + h / 2 - height / 2, height, picture?.height),
    Math.round(width),
    Math.round(height),
  ];
}

async function fetchJpeg(key: string): Promise<Blob> {
  const response = await fetch(`api/clips/${key}`);
  if (response.ok) return response.blob();
  const { error } = (await response.json().catch(() => ({}))) as { error?: string }; // an ApiError, or nothing
  throw new Error(error ?? `status ${response.status}`);
}
