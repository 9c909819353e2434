/** What every export starts from, and where it writes. */
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { UsageError } from '../../../runtime/errors.ts';
import { clip as cutTo } from '../../vision/box.ts';
import { clipPaths, frameName, uniqueStems } from '../file-name.ts';
import { type ClipFacts, keptLabels, type LabelRow } from '../label-row.ts';

/** What every export takes. */
export interface ExportInput {
  /** Rejected ones are left out of every format but `csv`. */
  readonly labels: readonly LabelRow[];
  /** Every clip that has labels, and those found empty. */
  readonly clips: readonly ClipFacts[];
  /**
   * A frame's JPEG, null where it is nowhere; without it the formats that come with pictures are written without them.
   */
  readonly picture?: (clip: string, frame: number) => Promise<Uint8Array | null>;
  /** A pause of so many seconds parts two stays of one species at one camera; 60 where left out. */
  readonly intervalS?: number;
  /** Scientific names by label, for the formats that want them. */
  readonly taxa?: Readonly<Record<string, string>>;
}

/** What an export wrote. */
export interface ExportResult {
  /** Absolute or as `folder` was given. */
  readonly files: readonly string[];
  /** What the format demands and we do not know, in sentences. */
  readonly warnings: readonly string[];
}

/** A clip with the labels that are kept and lie in its picture, by track, then frame. */
export interface LabelledClip extends ClipFacts {
  /** Unique among the clips: the file's name, behind its camera's folder where another clip is called so. */
  readonly path: string;
  /** Safe and unique among the clips: what its files are called. */
  readonly stem: string;
  readonly labels: readonly LabelRow[];
  /** Whether it shows no animal: nothing was found, or a person rejected what was. Automatic review only doubts. */
  readonly isEmpty: boolean;
  /** Frames with a label that automatic review rejected: nobody knows whether they show an animal. */
  readonly doubted: ReadonlySet<number>;
}

/** A picture that has at least one label. */
export interface LabelledFrame {
  readonly clip: LabelledClip;
  readonly frame: number;
  /** Without extension. */
  readonly name: string;
  readonly labels: readonly LabelRow[];
}

/** @throws UsageError where a label belongs to none of the clips */
export function labelledClips({ labels, clips }: ExportInput): LabelledClip[] {
  const paths = clipPaths(clips);
  const stems = uniqueStems(paths.map((path) => path.replaceAll('/', '_')));
  const byClip = new Map<string, LabelRow[]>(clips.map(({ clip }) => [clip, []]));
  for (const label of keptLabels(labels)) {
    const ofClip = byClip.get(label.clip);
    if (ofClip === undefined) {
      throw new UsageError(`labels of ${label.file} can't be exported`, {
        found: `clip ${label.clip}, of which nothing else is known`,
        expected: `one of ${clips.map(({ clip }) => clip).join(', ')}`,
      });
    }
    ofClip.push(label);
  }
  const unsure = Map.groupBy(
    labels.filter(({ review, byPerson }) => review !== 'rejected' || byPerson !== true),
    ({ clip }) => clip,
  );
  return clips.map((clip, i) => ({
    ...clip,
    path: paths[i]!,
    stem: stems[i]!,
    labels: byClip.get(clip.clip)!.filter(({ box }) => cutTo(box, clip) !== null),
    isEmpty: !unsure.has(clip.clip),
    doubted: new Set(
      (unsure.get(clip.clip) ?? []).flatMap(({ frame, review }) => (review === 'rejected' ? frame : [])),
    ),
  }));
}

/** By frame; within one by track. */
export function labelledFrames(clip: LabelledClip): LabelledFrame[] {
  const frames = new Map<number, LabelRow[]>();
  for (const label of clip.labels) {
    const here = frames.get(label.frame);
    if (here === undefined) frames.set(label.frame, [label]);
    else here.push(label);
  }
  return [...frames]
    .sort(([a], [b]) => a - b)
    .map(([frame, labels]) => ({ clip, frame, name: frameName(clip.stem, frame), labels }));
}

/** Writes `folder/name`, making the folders on the way; returns the path. */
export async function put(folder: string, name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, content);
  return path;
}

/** Writes each frame's JPEG to `folder/below/<name>.jpg`, where it is at hand; returns the paths. */
export async function putPictures(
  frames: readonly LabelledFrame[],
  { picture }: ExportInput,
  folder: string,
  below: string,
): Promise<string[]> {
  const files: string[] = [];
  if (picture === undefined) return files;
  for (const { clip, frame, name } of frames) {
    const jpeg = await picture(clip.clip, frame);
    if (jpeg) files.push(await put(folder, join(below, `${name}.jpg`), jpeg));
  }
  return files;
}
