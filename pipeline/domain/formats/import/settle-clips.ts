/**
 * What becomes of boxes on clips, in every format: each is put on the clip that it names and on no other, held against it,
 * and is one of its track on its frame.
 */
import { addTo, asProblem, counted, listed, type Problem, problem } from '../problem.ts';
import { findClip, type KeepsUnknown, keyOf } from './find-clip.ts';
import { holdBoxes } from './hold-boxes.ts';
import type { Located } from './located.ts';
import { oneEach } from './one-each.ts';
import type { ClipBox, ClipEntry, KnownClip } from './source.ts';

export interface SettledClips {
  readonly clipBoxes: readonly ClipBox[];
  readonly leftOut: readonly Problem[];
  readonly notes: readonly string[];
}

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

/** Boxes of several sources on the same clips: as those of one. */
export function mergeClips(sources: readonly Pick<SettledClips, 'clipBoxes'>[]): SettledClips {
  const all = sources.flatMap(({ clipBoxes }) => clipBoxes);
  if (sources.length < 2) return { clipBoxes: all, leftOut: [], notes: [] };
  const { clipBoxes, leftOut, notes } = oneEach(
    all.map(({ clip, ...box }) => ({ box, clip, file: clip.file })),
  );
  return { clipBoxes: clipBoxes.map(({ box, clip }) => ({ ...box, clip })), leftOut, notes };
}
