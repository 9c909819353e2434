/** The clips of a job: found, opened and decoded to their first frame before anything long begins. */
import type { Problem } from '../../domain/formats/problem.ts';
import { decodeClip } from '../../domain/vision/video-decode.ts';
import { type ClipInfo, probeClip } from '../../domain/vision/video-probe.ts';
import { PoisonError, reasonOf, UsageError } from '../../runtime/errors.ts';
import { mapConcurrent } from '../../runtime/map-concurrent.ts';
import { printableName } from '../../runtime/walk-folder.ts';
import {
  type ClipFile,
  type ClipInput,
  fileNames,
  identifyClip,
  ignoredText,
  listClipFiles,
  oddClip,
} from './clip-files.ts';

/** Files that are opened at a time: disks and cores are shared. */
const AT_ONCE = 4;

/** A clip that can be decoded. */
export interface ProbedClip extends ClipInput {
  readonly info: ClipInfo;
}

/** A file that has content, and no picture that can be decoded. */
export interface RefusedClip {
  readonly input: ClipInput;
  readonly failure: string;
}

export interface FoundClips {
  readonly clips: readonly ProbedClip[];
  /** What looks like a clip and can't be used. */
  readonly problems: readonly Problem[];
  /** Files that can be read and not be decoded, each named in `problems` as well. */
  readonly refused: readonly RefusedClip[];
  /** What else a person should know: files that were ignored, files that are one clip. */
  readonly notes: readonly string[];
  /** Path of every file that can be used to that of its clip: the same content twice is one clip. */
  readonly paths: ReadonlyMap<string, string>;
}

export interface FindOptions {
  /** Of all clips; each clip's folder where not given. */
  readonly camera?: string | undefined;
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * @param given paths of clips and of folders of clips
 * @throws UsageError where a path is not there, or no clip at them can be used
 */
export async function findClips(given: readonly string[], options: FindOptions = {}): Promise<FoundClips> {
  const { files, problems: odd, ignored } = await listClipFiles(given);
  let done = 0;
  const opened = await mapConcurrent(files, AT_ONCE, async (file) => {
    const result = await open(file, options.camera);
    options.onProgress?.(++done, files.length);
    return result;
  });
  const problems = [...odd, ...opened.flatMap((result) => ('problem' in result ? [result.problem] : []))];
  const found = opened.flatMap(
    (result, i) => ('problem' in result ? [] : [{ file: files[i]!, clip: result }]), // a result each
  );
  const first = new Map<string, { readonly file: ClipFile; readonly clip: ProbedClip }>();
  const paths = new Map<string, string>();
  const notes: string[] = [];
  for (const one of found) {
    const { path, clip } = one.clip;
    const same = first.get(clip)?.clip.path;
    if (same === undefined) first.set(clip, one);
    else notes.push(`${printableName(path)} is ${printableName(same)} once more: one clip`);
    paths.set(path, same ?? path);
  }
  const names = fileNames([...first.values()].map(({ file }) => file));
  const clips = [...first.values()].map(({ clip }, i) => ({ ...clip, file: names[i]! })); // a name each
  const passed = ignoredText(ignored);
  if (clips.length === 0) {
    const what = problems.slice(0, 5).map(({ message }) => message);
    throw new UsageError(`no clips in ${given.map(printableName).join(', ')}`, {
      found: [...what, ...(passed ? [passed] : [])].join('; ') || 'nothing',
      expected: 'mp4, mov, avi, mkv, ts …',
    });
  }
  const refused = opened.flatMap((result) =>
    'problem' in result && result.input ? [{ input: result.input, failure: result.problem.message }] : [],
  );
  return { clips, problems, refused, notes: passed ? [...notes, passed] : notes, paths };
}

/** A file that is no clip; `input` is null where not even its content can be read. */
interface NoClip {
  readonly problem: Problem;
  readonly input: ClipInput | null;
}

async function open(file: ClipFile, camera: string | undefined): Promise<ProbedClip | NoClip> {
  try {
    const info = await probeClip(file.path);
    await decodesAtAll(file.path);
    return { ...(await identifyClip(file, camera)), info };
  } catch (error) {
    const problem = oddClip(file.path, whatWasFound(error));
    return { problem, input: await identifyClip(file, camera).catch(() => null) };
  }
}

function whatWasFound(error: unknown): string {
  if (!(error instanceof PoisonError)) return reasonOf(error);
  return error.found === undefined ? error.message : `${error.found} (${whatFailed(error)})`;
}

/** What an error says before what was found and expected. */
function whatFailed({ message }: PoisonError): string {
  return message.split('; found ')[0] ?? message;
}

/** @throws PoisonError where not one frame comes out */
async function decodesAtAll(path: string): Promise<void> {
  for await (const _ of decodeClip(path)) return;
}
