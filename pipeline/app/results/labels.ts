/** `labels.csv`: the labels of a job's clips with their causes, risks and what was decided on them. */
import { existsSync } from 'node:fs';
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import type { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { fetchPicture } from '../../domain/datasets/store.ts';
import { type ExportFormat, type ExportResult, exportLabels } from '../../domain/formats/export/index.ts';
import type { ClipFacts, LabelRow } from '../../domain/formats/label-row.ts';
import { readLabels, writeLabels } from '../../domain/formats/labels-csv.ts';
import { framesOfRuns } from '../../domain/labels/frame-runs.ts';
import { clipContexts, labelsOf, trackedClips } from '../../domain/labels/labels.ts';
import type { ReviewedLabel } from '../../domain/labels/review.ts';
import { decodeClip } from '../../domain/vision/video-decode.ts';
import type { CameraRow } from '../../ingest/cameras/camera-table.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { PoisonError, RetryableError, UsageError } from '../../runtime/errors.ts';
import { replaceFileBy } from '../../runtime/replace.ts';
import type { ClipOutcome } from '../jobs/annotate.ts';
import { labelsFile } from './job-folder.ts';

/** A clip's labels as rows, by track and frame. */
export function labelRows(file: string, labels: readonly ReviewedLabel[]): LabelRow[] {
  return labels.map(({ track, trackId, label, box, risk, review, by }) => ({
    clip: track.clip,
    file,
    frame: track.index,
    track: trackId,
    box,
    label,
    cause: track.cause,
    score: track.score,
    risk,
    review: review === 'pending' ? null : review,
    byPerson: by === null ? undefined : by !== 'auto',
    seconds: track.pts,
  }));
}

/** What the formats need to know of a tracked clip. */
export function clipFacts({
  clip,
  file,
  width,
  height,
  fps,
  camera,
  ledger,
  looked,
  recordedAt,
}: ClipTracked): ClipFacts {
  return {
    ...{ clip, file, width, height, fps, camera },
    frames: ledger.decoded,
    ...(looked && { looked: framesOfRuns(looked) }),
    ...(recordedAt && { recordedAt: recordedAt.time, timeSource: recordedAt.source }),
  };
}

/** Labels of these clips as they stand on the bus, by clip id; those that failed have none. */
export async function labelsByClip(
  bus: Bus,
  clips: readonly ClipOutcome[],
): Promise<ReadonlyMap<string, readonly ReviewedLabel[]>> {
  const labels = new Map<string, readonly ReviewedLabel[]>();
  const contexts = await clipContexts(bus);
  for (const { input, tracked } of clips) {
    if (tracked) labels.set(input.clip, await labelsOf(bus, input.clip, contexts));
  }
  return labels;
}

/**
 * Writes `labels.csv`, in the order of clip, track and frame.
 * @param labels by clip id
 * @returns its path
 */
export async function writeLabelsFile(
  jobFolder: string,
  clips: readonly ClipOutcome[],
  labels: ReadonlyMap<string, readonly ReviewedLabel[]>,
): Promise<string> {
  const rows = clips.flatMap(({ input }) => labelRows(input.file, labels.get(input.clip) ?? []));
  const path = labelsFile(jobFolder);
  await replaceFileBy(path, (temporary) => writeLabels(temporary, rows));
  return path;
}

/**
 * Writes `labels.csv` of a job's folder anew after a decision: the labels of all its clips, in the order in which they
 * arrived. Rows of clips that the bus does not know stay, in front: their events have aged, or they were imported. Left
 * alone where the bus is not the folder's own.
 * @throws UsageError where there is a file that can't be read: then it stays as it is
 */
export async function updateLabelsFile(bus: Bus, jobFolder: string): Promise<void> {
  if (process.env.NATS_URL) return;
  const path = labelsFile(jobFolder);
  const tracked = new Map((await trackedClips(bus)).map((clip) => [clip.clip, clip]));
  const rows: LabelRow[] = (await standingRows(path)).filter(({ clip }) => !tracked.has(clip));
  const contexts = await clipContexts(bus);
  for await (const { body } of bus.stored(ClipArrived)) {
    const clip = tracked.get(body.clip);
    if (!clip || !tracked.delete(body.clip)) continue;
    rows.push(...labelRows(clip.file, await labelsOf(bus, clip.clip, contexts)));
  }
  await replaceFileBy(path, (temporary) => writeLabels(temporary, rows));
}

/** @throws UsageError where a row can't be read: writing the file anew would lose it */
async function standingRows(path: string): Promise<readonly LabelRow[]> {
  if (!existsSync(path)) return [];
  const { labels, problems } = await readLabels(path);
  const [first, ...more] = problems;
  if (!first) return labels;
  const others = more.length > 0 ? ` (and ${more.length} more)` : '';
  throw new UsageError(`${path} is left as it is, since it can't be read whole: ${first.message}${others}`);
}

/** What an export is made by, besides what is on the bus. */
export interface ExportSettings {
  /** By name. */
  readonly cameras?: ReadonlyMap<string, CameraRow>;
  /** See `ExportInput`. */
  readonly intervalS?: number;
  readonly replace?: boolean;
}

/** Derived anew at each export: a place that is put right is right everywhere. */
function cameraFacts(row: CameraRow | undefined): Partial<ClipFacts> {
  if (!row) return {};
  const { latitude, longitude, setUp, pickUp } = row;
  return {
    ...(latitude !== undefined && longitude !== undefined && { place: { latitude, longitude } }),
    ...(setUp !== undefined && { setUp }),
    ...(pickUp !== undefined && { pickUp }),
  };
}

/** Writes the labels of all clips on the bus to a folder, as another tool reads them. */
export async function exportAllLabels(
  bus: Bus,
  format: ExportFormat,
  folder: string,
  { cameras = new Map(), intervalS, replace }: ExportSettings = {},
): Promise<ExportResult> {
  const labels: LabelRow[] = [];
  const clips: ClipFacts[] = [];
  const contexts = await clipContexts(bus);
  for (const tracked of await trackedClips(bus)) {
    clips.push({ ...clipFacts(tracked), ...cameraFacts(cameras.get(tracked.camera)) });
    labels.push(...labelRows(tracked.file, await labelsOf(bus, tracked.clip, contexts)));
  }
  const sources = new Map<string, string>();
  for await (const { body } of bus.stored(ClipArrived)) sources.set(body.clip, body.source);
  const picture = (clip: string, index: number) => storedOrDecoded(bus, clip, index, sources.get(clip));
  return exportLabels(format, { labels, clips, picture, ...(intervalS && { intervalS }) }, folder, {
    replace: replace ?? false,
  });
}

/** Only frames with labels are stored: another is decoded, where its clip's file is still there. */
async function storedOrDecoded(
  bus: Bus,
  clip: string,
  index: number,
  source: string | undefined,
): Promise<Uint8Array | null> {
  try {
    return await fetchPicture(bus, { clip, index });
  } catch (error) {
    if (!(error instanceof PoisonError)) throw error;
  }
  if (source === undefined) return null;
  try {
    for await (const frame of decodeClip(source)) {
      if (frame.index === index) return await frame.jpeg(90);
    }
  } catch (error) {
    if (!(error instanceof PoisonError || error instanceof RetryableError)) throw error;
  }
  return null;
}
