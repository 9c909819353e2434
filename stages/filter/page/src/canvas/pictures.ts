/** Frames as bitmaps, by index: kept as long as there is room, asked for ahead of their turn. */

/** Of decoded pictures, bytes. */
const ROOM = 384 * 2 ** 20;

const kept = new Map<string, Promise<ImageBitmap>>();
const sizes = new Map<string, number>();
let held = 0;

/** @throws where the frame can't be had */
export function picture(clip: string, index: number): Promise<ImageBitmap> {
  const key = `${clip}/frames/${index}`;
  const known = kept.get(key);
  if (known) {
    // The last used is the last to go.
    kept.delete(key);
    kept.set(key, known);
    return known;
  }
  const asked = load(key);
  kept.set(key, asked);
  asked.catch(() => kept.delete(key));
  return asked;
}

/** Asks for frames that come next; what can't be had is asked for again when its turn comes. */
export function prefetch(clip: string, indices: readonly number[]): void {
  for (const index of indices) picture(clip, index).catch(() => {});
}

async function load(key: string): Promise<ImageBitmap> {
  const response = await fetch(`api/clips/${key}`);
  if (!response.ok) {
    const { error } = (await response.json().catch(() => ({}))) as { error?: string };
    throw new Error(error ?? `status ${response.status}`);
  }
  const bitmap = await createImageBitmap(await response.blob());
  const bytes = bitmap.width * bitmap.height * 4;
  sizes.set(key, bytes);
  held += bytes;
  makeRoom(key);
  return bitmap;
}

function makeRoom(newest: string): void {
  for (const key of kept.keys()) {
    if (held <= ROOM) return;
    const bytes = sizes.get(key);
    if (bytes === undefined || key === newest) continue;
    held -= bytes;
    sizes.delete(key);
    const old = kept.get(key);
    kept.delete(key);
    void old?.then((bitmap) => bitmap.close());
  }
}
