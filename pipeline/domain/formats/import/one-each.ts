/** One box of a track on a frame, and each box once. */
import { type Problem, problem } from '../problem.ts';
import { keyOf } from './find-clip.ts';
import type { Located, SettledLocated } from './located.ts';
import { boxText, isSameBox } from './same-box.ts';
import type { ClipBoxEntry } from './source.ts';

/**
 * The same box twice on a frame is one, unless both have a track of their own; a track has one box on a frame: of two that
 * differ neither can be believed.
 */
export function oneEach<B extends ClipBoxEntry>(found: readonly Located<B>[]): SettledLocated<B> {
  const leftOut: Problem[] = [];
  const refused: Located<B>[] = [];
  const clipBoxes: Located<B>[] = [];
  let doubles = 0;
  for (const here of Map.groupBy(found, ({ clip, box }) => `${keyOf(clip)} ${box.frame}`).values()) {
    const once: Located<B>[] = [];
    for (const located of here) {
      const at = once.findIndex((other) => isSameLabel(other.box, located.box));
      if (at === -1) once.push(located);
      else doubles += 1;
      if (at !== -1 && once[at]!.box.track === undefined) once[at] = located; // it was found
    }
    const byTrack = Map.groupBy(once, ({ box }, i) => box.track ?? `none ${i}`);
    for (const [track, same] of byTrack) {
      if (same.length === 1)
        clipBoxes.push(same[0]!); // one
      else {
        leftOut.push(contradiction(String(track), same));
        refused.push(...same);
      }
    }
  }
  const copies = copiedTracks(clipBoxes);
  const notes = [
    ...(doubles > 0 ? [`the same box on the same frame again, ${doubles} x: taken once`] : []),
    ...copies.map(({ clip, box }) => `a track of ${clip.file} again, as track ${box.track}: taken once`),
  ];
  const copied = new Set(copies.map(({ clip, box }) => `${keyOf(clip)} ${box.track}`));
  const kept = clipBoxes.filter(({ clip, box }) => !copied.has(`${keyOf(clip)} ${box.track}`));
  return { clipBoxes: kept, leftOut, refused, notes };
}

/** The first box of each track that has the frames, boxes and labels of one before it. */
function copiedTracks(boxes: readonly Located[]): Located[] {
  const tracked = boxes.filter(({ box }) => box.track !== undefined && box.box !== null);
  const seen = new Set<string>();
  const copies: Located[] = [];
  for (const track of Map.groupBy(tracked, ({ clip, box }) => `${keyOf(clip)} ${box.track}`).values()) {
    const { clip } = track[0]!; // no group is empty
    const look = track.map(({ box }) => `${box.frame} ${box.box && boxText(box.box)} ${box.label}`).sort();
    const key = `${keyOf(clip)} ${look.join(';')}`;
    if (seen.has(key)) copies.push(track[0]!);
    seen.add(key);
  }
  return copies;
}

function isSameLabel(a: ClipBoxEntry, b: ClipBoxEntry): boolean {
  const sameTrack = a.track === b.track || a.track === undefined || b.track === undefined;
  if (a.box === null || b.box === null) return sameTrack && a.box === b.box;
  return sameTrack && isSameBox({ box: a.box, label: a.label }, { box: b.box, label: b.label });
}

function contradiction(track: string, same: readonly Located[]): Problem {
  const { file, clip, box } = same[0]!; // there are several
  const boxes = same.map((located) => (located.box.box ? boxText(located.box.box) : 'nothing to be seen'));
  const lines = same.flatMap((located) => located.box.line ?? []);
  const where = lines.length > 0 ? ` (lines ${lines.join(', ')})` : '';
  return problem(
    file,
    undefined,
    `frame ${box.frame} of ${clip.file}: track ${track} is there ${same.length} x${where}`,
    {
      found: boxes.join(' and '),
      expected: 'one box of a track on a frame',
      count: same.length,
    },
  );
}
