/**
 * What becomes of boxes on clips, in every format: each is put on the clip that it names and on no other, held against it,
 * and is one of its track on its frame.
 */
import { dirname, resolve } from 'node:path';
import { PoisonError } from '../../../runtime/errors.ts';
import { type Box, clip as cutBox, type Size } from '../../vision/box.ts';
import { clipsNamed } from '../clip-name.ts';
import { baseName } from '../file-name.ts';
import { addTo, asProblem, counted, listed, type Problem, problem } from '../problem.ts';
import { boxText, isSameBox } from './same-box.ts';
import type { ClipBox, ClipBoxEntry, ClipEntry, ClipReference, KnownClip } from './source.ts';

export interface SettledClips {
  readonly clipBoxes: readonly ClipBox[];
  readonly leftOut: readonly Problem[];
  readonly notes: readonly string[];
}

/** Whether clips that are not among those given stand for themselves: by their id, or also by their name alone. */
export type KeepsUnknown = false | 'by id' | 'by name';

export interface SettleOptions {
  readonly keepsUnknownClips?: KeepsUnknown;
  /** Boxes in pixels are held against their clip elsewhere. */
  readonly isHeldLater?: boolean;
  /** A frame of which not all can be used is no truth. */
  readonly isTruth?: boolean;
}

export function settleClips(
  entries: readonly ClipEntry[],
  clips: readonly KnownClip[],
  { keepsUnknownClips: keepsUnknown = false, isHeldLater = false, isTruth = false }: SettleOptions = {},
): SettledClips {
  const leftOut: Problem[] = [];
  const notes: string[] = [];
  const found: Located[] = [];
  const doubtful = new Set<string>();
  for (const group of groupEntries(entries)) {
    const { file, clip: reference } = group[0]!; // no group is empty
    try {
      const clip = findClip(reference, file, clips, keepsUnknown);
      if (clip.note) notes.push(`${file}: ${clip.note}`);
      for (const { boxes, doubtful: frames = [] } of group) {
        for (const box of boxes) found.push({ box, file, clip: clip.clip });
        for (const frame of frames) doubtful.add(frameKey(clip.clip, frame));
      }
    } catch (error) {
      for (const reason of refusals(error, file, group)) leftOut.push(reason);
    }
  }
  const held = holdBoxes(found, isHeldLater);
  const once = oneEach(held.clipBoxes);
  for (const { clip, box } of [...held.refused, ...once.refused]) doubtful.add(frameKey(clip, box.frame));
  const sure = isTruth ? withoutFrames(once.clipBoxes, doubtful) : { clipBoxes: once.clipBoxes, leftOut: [] };
  return {
    clipBoxes: sure.clipBoxes.map(({ box, clip }) => ({ ...box, clip })),
    leftOut: [...leftOut, ...held.leftOut, ...once.leftOut, ...sure.leftOut],
    notes: [...notes, ...held.notes, ...once.notes],
  };
}

/** A box and the clip that it is on. */
interface Located {
  readonly box: ClipBoxEntry;
  readonly clip: KnownClip;
  readonly file: string;
}

function frameKey(clip: KnownClip, frame: number): string {
  return `${keyOf(clip)} ${frame}`;
}

/** What is on frames of which something could not be used would be scored against half of a truth. */
function withoutFrames(
  boxes: readonly Located[],
  doubtful: ReadonlySet<string>,
): { clipBoxes: readonly Located[]; leftOut: readonly Problem[] } {
  const isDoubtful = ({ clip, box }: Located) => doubtful.has(frameKey(clip, box.frame));
  const byClip = Map.groupBy(boxes.filter(isDoubtful), ({ clip }) => keyOf(clip));
  const leftOut = [...byClip.values()].map((same) => {
    const { file, clip } = same[0]!; // no group is empty
    const frames = [...new Set(same.map(({ box }) => String(box.frame)))];
    return problem(
      file,
      undefined,
      `${clip.file}: ${counted(same.length, 'box')} on frames that are no truth`,
      {
        found: `frame ${listed(frames)}, where another can't be used`,
        expected: 'every animal of a frame',
        count: same.length,
      },
    );
  });
  return { clipBoxes: boxes.filter((located) => !isDoubtful(located)), leftOut };
}

/** Entries of one file that name one clip are asked after once. */
function groupEntries(entries: readonly ClipEntry[]): ClipEntry[][] {
  return [...Map.groupBy(entries, ({ file, clip }) => JSON.stringify([file, clip])).values()];
}

/** A row that names another clip is named by its line; a file's whole clip is one problem. */
function refusals(error: unknown, file: string, entries: readonly ClipEntry[]): Problem[] {
  if (entries.every(({ isRow }) => isRow)) {
    return entries.flatMap(({ boxes }) => boxes.map(({ line }) => asProblem(error, file, line)));
  }
  const count = entries.reduce((sum, { boxes }) => sum + boxes.length, 0);
  return [
    { ...addTo(asProblem(error, file), `: ${counted(count, 'box')} of it`), count: Math.max(1, count) },
  ];
}

/** @throws PoisonError where it is none of them, or may be several */
function findClip(
  { id, names, isOnly = false }: ClipReference,
  file: string,
  clips: readonly KnownClip[],
  keepsUnknown: KeepsUnknown,
): { clip: KnownClip; note?: string } {
  const byId = id === undefined ? undefined : clips.find(({ clip }) => clip === id);
  if (byId) return { clip: byId };
  const called = names[0] ?? id;
  const idsDiffer = id !== undefined && clips.some(({ clip }) => clip !== undefined);
  for (const name of idsDiffer ? [] : names) {
    const fitting = clipsFor(name, file, clips);
    if (fitting.length === 1) return { clip: fitting[0]! };
    if (fitting.length > 1) throw unknownClip(name, fitting);
  }
  const [only, ...others] = clips;
  if (only !== undefined && others.length === 0 && called === undefined) return { clip: only };
  if (only !== undefined && others.length === 0 && isOnly && !idsDiffer) {
    return {
      clip: only,
      note: `it speaks of ${called}: taken for ${baseName(only.file)}, the only clip given`,
    };
  }
  if (called !== undefined && (keepsUnknown === 'by name' || (keepsUnknown && id !== undefined))) {
    return { clip: { file: names[0] ?? called, ...(id === undefined ? {} : { clip: id }) } };
  }
  throw unknownClip(called, clips);
}

/** By its path from here or from the file, else by as much of its name as the clips have. */
function clipsFor(name: string, file: string, clips: readonly KnownClip[]): readonly KnownClip[] {
  const paths = [resolve(name), resolve(dirname(file), name)];
  const samePath = clips.find(({ path }) => path !== undefined && paths.includes(resolve(path)));
  if (samePath) return [samePath];
  const named = clipsNamed(clips, name);
  if (named.length > 0) return named;
  // Of clips that are known by their bare names nobody can say that their folder is another.
  const bare = clips.filter(
    (clip) => clip.path === undefined && clip.camera === undefined && !/[\\/]/.test(clip.file),
  );
  return clipsNamed(bare, baseName(name));
}

function unknownClip(name: string | undefined, clips: readonly KnownClip[]): PoisonError {
  const ids = clips.map(({ clip, file, path }) => (clip ? `${file} (${clip})` : (path ?? file)));
  const expected = clips.length === 0 ? 'none was given' : listed(ids);
  return new PoisonError('file', {
    found: name === undefined ? 'no name' : `"${name}"`,
    expected: `one of the clips (${expected})`,
  });
}

/** Boxes of several sources on the same clips: as those of one. */
export function mergeClips(sources: readonly Pick<SettledClips, 'clipBoxes'>[]): SettledClips {
  const all = sources.flatMap(({ clipBoxes }) => clipBoxes);
  if (sources.length < 2) return { clipBoxes: all, leftOut: [], notes: [] };
  const { clipBoxes, leftOut, notes } = oneEach(
    all.map(({ clip, ...box }) => ({ box, clip, file: clip.file })),
  );
  return { clipBoxes: clipBoxes.map(({ box, clip }) => ({ ...box, clip })), leftOut, notes };
}

/** Cut to the picture, on frames that are there; what is not known of a clip is not asked. */
function holdBoxes(found: readonly Located[], isHeldLater: boolean): SettledLocated {
  const leftOut: Problem[] = [];
  const refused: Located[] = [];
  const late = new Map<string, Located[]>();
  const cut = new Map<string, number>();
  const clipBoxes = found.flatMap((located): Located[] => {
    const { box: entry, clip, file } = located;
    if (isHeldLater && !entry.relative) return [located];
    if (clip.frames !== undefined && entry.frame >= clip.frames) {
      const key = JSON.stringify([file, clip.file]);
      late.set(key, [...(late.get(key) ?? []), located]);
      return [];
    }
    try {
      const box = heldBox(entry, clip);
      if (box !== null && !entry.relative && entry.box?.some((side, i) => Math.abs(side - box[i]!) > 1))
        // four sides
        cut.set(clip.file, (cut.get(clip.file) ?? 0) + 1);
      return [{ ...located, box: { ...entry, box, relative: false } }];
    } catch (error) {
      leftOut.push(asProblem(error, file, entry.line));
      refused.push(located);
      return [];
    }
  });
  for (const beyond of late.values()) leftOut.push(beyondEnd(beyond));
  const notes = [...cut].map(([file, n]) => `${counted(n, 'box')} on ${file} cut at the picture’s edge`);
  return { clipBoxes, leftOut, refused, notes };
}

function beyondEnd(boxes: readonly Located[]): Problem {
  const { file, clip, box } = boxes[0]!; // there is one
  const frames = [...new Set(boxes.map((located) => String(located.box.frame)))];
  return problem(file, boxes.length === 1 ? box.line : undefined, `${clip.file} has no such frame`, {
    found: `frame ${listed(frames)} (${counted(boxes.length, 'box')})`,
    expected: `a frame from 0 to ${(clip.frames ?? 1) - 1}`,
    count: boxes.length,
  });
}

/** In pixels, inside the picture where its size is known. @throws PoisonError where that can't be */
function heldBox({ box, relative = false, frame }: ClipBoxEntry, clip: KnownClip): Box | null {
  if (box === null) return null;
  const { width, height } = clip;
  const size: Size | undefined = width === undefined || height === undefined ? undefined : { width, height };
  if (!relative && size === undefined) return box;
  if (size === undefined) {
    throw new PoisonError(`frame ${frame}: box`, {
      found: 'fractions of a picture whose size is not known',
      expected: `the clip itself (--clip ${clip.file})`,
    });
  }
  const [x, y, w, h] = box;
  const whole: Box = relative ? [x * size.width, y * size.height, w * size.width, h * size.height] : box;
  const cut = whole.every(Number.isFinite) ? cutBox(whole, size) : null;
  if (cut !== null) return cut;
  throw new PoisonError(`frame ${frame} of ${clip.file}: box left out`, {
    found: boxText(whole),
    expected: `a box inside ${size.width} x ${size.height} px`,
  });
}

/**
 * The same box twice on a frame is one, unless both have a track of their own; a track has one box on a frame: of two that
 * differ neither can be believed.
 */
function oneEach(found: readonly Located[]): SettledLocated {
  const leftOut: Problem[] = [];
  const refused: Located[] = [];
  const clipBoxes: Located[] = [];
  let doubles = 0;
  for (const here of Map.groupBy(found, ({ clip, box }) => `${keyOf(clip)} ${box.frame}`).values()) {
    const once: Located[] = [];
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

interface SettledLocated {
  readonly clipBoxes: readonly Located[];
  readonly leftOut: readonly Problem[];
  /** What the problems are about. */
  readonly refused: readonly Located[];
  readonly notes: readonly string[];
}

function isSameLabel(a: ClipBoxEntry, b: ClipBoxEntry): boolean {
  if (a.box === null || b.box === null) return a.box === b.box;
  const sameTrack = a.track === b.track || a.track === undefined || b.track === undefined;
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

/** What tells clips apart: their id, else what they are called. */
export function keyOf({ clip, path, file }: KnownClip): string {
  return clip ?? path ?? file;
}
