/**
 * The observations of Camtrap DP: a row for each stay (`event`: first, last, the most animals at once), and one for each
 * track of a clip (`media`), with its box in the frame in which it is surest.
 */
import { type Detection, type Stay, stays } from '../../events/stays.ts';
import { confidence, isByPerson, type LabelRow, secondsOf } from '../label-row.ts';
import { labelKind } from './label-kind.ts';
import type { ExportInput, LabelledClip } from './target.ts';

/** A row of one of the package's tables; cells that are undefined stay empty. */
export type CamtrapRow = Readonly<Record<string, string | number | boolean | undefined>>;

export function cameraOf({ camera }: LabelledClip): string {
  return camera ?? 'camera';
}

/** Whole seconds, UTC; '1970-…' where the clip's time is not known. @param seconds since the first frame */
export function timeAt({ recordedAt = '1970-01-01T00:00:00Z' }: LabelledClip, seconds: number): string {
  return timeText(Date.parse(recordedAt) + seconds * 1000);
}

function timeText(time: number): string {
  return `${new Date(time).toISOString().slice(0, 19)}Z`;
}

export const observationColumns = [
  ...['observationID', 'deploymentID', 'mediaID', 'eventID', 'eventStart', 'eventEnd', 'observationLevel'],
  ...['observationType', 'cameraSetupType', 'scientificName', 'count', 'lifeStage', 'sex', 'behavior'],
  ...['individualID', 'individualPositionRadius', 'individualPositionAngle', 'individualSpeed'],
  ...['bboxX', 'bboxY', 'bboxWidth', 'bboxHeight', 'classificationMethod', 'classifiedBy'],
  ...['classificationTimestamp', 'classificationProbability', 'observationTags', 'observationComments'],
];

/** A label with the time of its frame. */
interface TimedLabel extends Detection {
  readonly row: LabelRow;
  readonly in: LabelledClip;
}

export function observationRows(
  clips: readonly LabelledClip[],
  { taxa = {}, intervalS }: ExportInput,
): CamtrapRow[] {
  const visits = stays(clips.flatMap(timedLabels), intervalS);
  return [
    ...visits.flatMap((visit) => [eventRow(visit, taxa), ...mediaRows(visit, taxa)]),
    ...clips.filter(({ labels }) => labels.length === 0).map(bareRow),
  ];
}

function timedLabels(clip: LabelledClip): TimedLabel[] {
  const start = Date.parse(clip.recordedAt ?? '');
  return clip.labels.map((row) => ({
    camera: cameraOf(clip),
    species: row.label,
    time: start + secondsOf(row, clip) * 1000,
    clip: clip.clip,
    frame: row.frame,
    row,
    in: clip,
  }));
}

/** The same stay has the same id as long as it begins with the same label. */
function eventId({ detections }: Stay<TimedLabel>): string {
  const { clip, frame, row } = detections[0]!; // a stay has at least one
  return `${clip}_${row.track}_${frame}`;
}

function eventRow(visit: Stay<TimedLabel>, taxa: Readonly<Record<string, string>>): CamtrapRow {
  const id = eventId(visit);
  const rows = visit.detections.map(({ row }) => row);
  return {
    observationID: `${id}_event`,
    deploymentID: visit.camera,
    eventID: id,
    eventStart: timeText(visit.first),
    eventEnd: timeText(visit.last),
    observationLevel: 'event',
    observationType: observationType(visit.species),
    scientificName: taxa[visit.species],
    count: visit.count,
    ...classification(rows, surest(rows)),
    observationTags: `label:${visit.species}`,
  };
}

/** Times have whole seconds in this format; the frame itself is in the tags. */
function mediaRows(visit: Stay<TimedLabel>, taxa: Readonly<Record<string, string>>): CamtrapRow[] {
  const tracks = Map.groupBy(visit.detections, ({ clip, row }) => `${clip}_${row.track}`);
  return [...tracks].map(([id, labels]) => {
    const [first, last] = [labels[0]!, labels.at(-1)!]; // groups are never empty
    const rows = labels.map(({ row }) => row);
    const best = surest(rows);
    const { frame, cause, review } = best;
    return {
      observationID: `${id}_${first.frame}`,
      deploymentID: visit.camera,
      mediaID: first.clip,
      eventID: eventId(visit),
      eventStart: timeText(first.time),
      eventEnd: timeText(last.time),
      observationLevel: 'media',
      observationType: observationType(visit.species),
      scientificName: taxa[visit.species],
      count: 1,
      ...relativeBox(best, first.in),
      ...classification(rows, best),
      observationTags: [
        `label:${visit.species}`,
        `frame:${frame}`,
        `track:${best.track}`,
        `cause:${cause}`,
        ...(review === null ? [] : [`review:${review}`]),
      ].join(' | '),
    };
  });
}

/** A clip of which no label is left: without an animal, or with something that nobody has decided on. */
function bareRow(clip: LabelledClip): CamtrapRow {
  return {
    observationID: `${clip.clip}_blank`,
    deploymentID: cameraOf(clip),
    mediaID: clip.clip,
    eventID: clip.clip,
    eventStart: timeAt(clip, 0),
    eventEnd: timeAt(clip, clip.frames / clip.fps),
    observationLevel: 'media',
    observationType: clip.isEmpty ? 'blank' : 'unclassified',
    classificationMethod: 'machine',
    classifiedBy: 'Shika',
  };
}

function surest(rows: readonly LabelRow[]): LabelRow {
  return rows.reduce((best, row) => (confidence(row) > confidence(best) ? row : best));
}

/** By a person where one drew, corrected or accepted any of them. */
function classification(rows: readonly LabelRow[], best: LabelRow): CamtrapRow {
  const human = rows.some(isByPerson);
  return {
    classificationMethod: human ? 'human' : 'machine',
    classifiedBy: human ? undefined : 'Shika',
    classificationProbability: Math.round(confidence(best) * 1e4) / 1e4,
  };
}

/** Cut to the picture; none where nothing of it is left: the format has no box of no width. */
function relativeBox({ box: [x, y, w, h] }: LabelRow, { width, height }: LabelledClip): CamtrapRow {
  const [bboxX, bboxY] = [within(x / width), within(y / height)];
  const bboxWidth = within(within((x + w) / width) - bboxX);
  const bboxHeight = within(within((y + h) / height) - bboxY);
  return bboxWidth > 0 && bboxHeight > 0 ? { bboxX, bboxY, bboxWidth, bboxHeight } : {};
}

function observationType(label: string): string {
  const kind = labelKind(label);
  return kind === 'person' ? 'human' : kind;
}

function within(value: number): number {
  return Math.round(Math.max(0, Math.min(1, value)) * 1e6) / 1e6;
}
