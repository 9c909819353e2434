/** What `shika explain` is asked about: pictures, folders of them, or labels of a job's clip. */
import { basename, dirname, join } from 'node:path';
import { clipsNamed } from '../../domain/formats/clip-name.ts';
import { frameName, stem, uniqueStems } from '../../domain/formats/file-name.ts';
import { readLabels } from '../../domain/formats/labels-csv.ts';
import { type Box, centre } from '../../domain/vision/box.ts';
import { picturesAt } from '../../domain/vision/picture-files.ts';
import { UsageError } from '../../runtime/errors.ts';
import { datasetFolder, labelsFile } from '../results/job-folder.ts';

export interface ExplainInput {
  /** File of the picture. */
  readonly path: string;
  /** For files that are written about it. */
  readonly name: string;
  /** The box asked about, px of the picture; null: the best that is found. */
  readonly box: Box | null;
  /** What the model is shown; null: the whole picture. */
  readonly region: Box | null;
  /** The true label; null where it is not known. */
  readonly truth: string | null;
}

/**
 * Folders are read with those in them. The folder that a picture lies in is its true label, if it is called like a class.
 * @throws UsageError where a path is not there, or a folder has no picture
 */
export async function picturesToExplain(
  paths: readonly string[],
  classes: readonly string[],
): Promise<ExplainInput[]> {
  const found: ExplainInput[] = [];
  for (const path of paths) {
    for (const file of await picturesAt(path)) {
      const folder = basename(dirname(file));
      const truth = classes.includes(folder) ? folder : null;
      found.push({ path: file, name: stem(file), box: null, region: null, truth });
    }
  }
  return found;
}

/** What the detector is shown around a label, px: the search region's side, or larger for a larger animal. */
const leastRegion = 416;

/**
 * @param jobFolder what `shika run` left
 * @param clip its file's name, with or without extension, or its id
 * @throws UsageError where there is no such clip, or none of its labels on these frames
 */
export async function labelsOfClip(
  jobFolder: string,
  clip: string,
  frames: readonly number[],
): Promise<ExplainInput[]> {
  const path = labelsFile(jobFolder);
  const { labels } = await readLabels(path);
  const clips = [...new Map(labels.map((row) => [row.clip, row])).values()];
  const [named, ...more] = clipsNamed(clips, clip);
  if (!named) {
    const known = clips.map(({ file }) => file).join(', ');
    throw new UsageError(`${path} has no labels of ${clip}`, { expected: `one of ${known}` });
  }
  if (more.length > 0) {
    throw new UsageError(`${clip} is the name of ${more.length + 1} clips`, {
      found: [named, ...more].map((row) => `${row.clip} (${row.file})`).join(', '),
      expected: 'an id, or more of the path',
    });
  }
  const own = labels.filter((row) => row.clip === named.clip);
  const chosen = own.filter(({ frame }) => frames.includes(frame));
  if (chosen.length === 0) {
    throw new UsageError(`no labels of ${clip} on these frames`, { found: frames.join(', ') });
  }
  const folder = join(datasetFolder(jobFolder), 'images');
  const kept = new Map((await picturesAt(folder).catch(() => [])).map((file) => [basename(file), file]));
  return chosen.map(({ file, frame, track, box, label, cause, review }) => {
    const name = frameName(stem(file), frame);
    // An accepted label may have been accepted by automatic review: only what a person drew is called true.
    const truth = cause === 'hand' || review === 'corrected' ? label : null;
    const picture = kept.get(`${name}.jpg`) ?? join(folder, `${name}.jpg`);
    return { path: picture, name: `${name}.${track}`, box, region: around(box), truth };
  });
}

function around(box: Box): Box {
  const { x, y } = centre(box);
  const side = Math.max(leastRegion, 1.35 * Math.max(box[2], box[3]));
  return [x - side / 2, y - side / 2, side, side];
}

/** What is to be explained. */
export interface ExplainRequest {
  /** Pictures, or folders of pictures. */
  readonly paths: readonly string[];
  /** Labels of a clip of a job. */
  readonly labels?: {
    readonly jobFolder: string;
    readonly clip: string;
    readonly frames: readonly number[];
  };
  /** Of the model that is asked. */
  readonly classes: readonly string[];
}

/**
 * Finds all that is to be explained; no two have the same name.
 * @throws UsageError where there is nothing
 */
export async function findExplainInputs({ paths, labels, classes }: ExplainRequest): Promise<ExplainInput[]> {
  const chosen = labels ? await labelsOfClip(labels.jobFolder, labels.clip, labels.frames) : [];
  const inputs = [...chosen, ...(await picturesToExplain(paths, classes))];
  if (inputs.length === 0)
    throw new UsageError('nothing to explain', { expected: 'pictures, folders or --clip' });
  const names = uniqueStems(inputs.map(({ name }) => `${name}.x`)); // `uniqueStems` takes an ending off
  return inputs.map((input, i) => ({ ...input, name: names[i]! }));
}
