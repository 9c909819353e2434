/**
 * Camtrap DP 1.0.2: a data package of deployments, media (the clips) and observations (one a label, with its
 * time in the clip and its box relative to the frame). https://camtrap-dp.tdwg.org/data/
 */
import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { confidence, type LabelRow } from '../label-row.ts';
import { labelKind } from './label-kind.ts';
import { type ExportInput, type ExportResult, type LabelledClip, labelledClips, put } from './target.ts';

const schemas = 'https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2';
/** Stands for an unknown recording time; `timestampIssues` is then true. */
const unknownTime = '1970-01-01T00:00:00Z';
const unnamedCamera = 'camera';

type Row = Readonly<Record<string, string | number | boolean | undefined>>;

/** `datapackage.json`, `deployments.csv`, `media.csv`, `observations.csv`. */
export async function exportCamtrapDp(input: ExportInput, folder: string): Promise<ExportResult> {
  const clips = labelledClips(input);
  const deployments = [...cameras(clips)].map(([camera, own]) => deployment(camera, own));
  const media = clips.map(medium);
  const observations = clips.flatMap((clip) => observationsOf(clip, input.taxa ?? {}));
  return {
    files: [
      await put(folder, 'datapackage.json', `${JSON.stringify(dataPackage(clips, input), null, 2)}\n`),
      await put(folder, 'deployments.csv', table(deployments, deploymentColumns)),
      await put(folder, 'media.csv', table(media, mediaColumns)),
      await put(folder, 'observations.csv', table(observations, observationColumns)),
    ],
    warnings: missingFacts(clips),
  };
}

function missingFacts(clips: readonly LabelledClip[]): string[] {
  const timeless = clips.filter(({ recordedAt }) => recordedAt === undefined);
  const placeless = clips.filter(({ place }) => place === undefined);
  return [
    ...(timeless.length > 0
      ? [
          `Camtrap DP demands when each clip was recorded; ${timeless.length} got ${unknownTime} and timestampIssues`,
        ]
      : []),
    ...(placeless.length > 0
      ? [
          `Camtrap DP demands latitude and longitude; ${placeless.length} clips have none, and the cells are empty`,
        ]
      : []),
  ];
}

function cameras(clips: readonly LabelledClip[]): Map<string, LabelledClip[]> {
  const own = new Map<string, LabelledClip[]>();
  for (const clip of clips) {
    const camera = clip.camera ?? unnamedCamera;
    own.set(camera, [...(own.get(camera) ?? []), clip]);
  }
  return own;
}

const deploymentColumns = [
  ...['deploymentID', 'locationID', 'locationName', 'latitude', 'longitude', 'coordinateUncertainty'],
  ...[
    'deploymentStart',
    'deploymentEnd',
    'setupBy',
    'cameraID',
    'cameraModel',
    'cameraDelay',
    'cameraHeight',
  ],
  ...['cameraDepth', 'cameraTilt', 'cameraHeading', 'detectionDistance', 'timestampIssues', 'baitUse'],
  ...['featureType', 'habitat', 'deploymentGroups', 'deploymentTags', 'deploymentComments'],
];

function deployment(camera: string, clips: readonly LabelledClip[]): Row {
  const place = clips.find((clip) => clip.place !== undefined)?.place;
  const times = clips.flatMap((clip) => [timeAt(clip, 0), timeAt(clip, clip.frames)]).sort();
  return {
    deploymentID: camera,
    locationName: camera,
    latitude: place?.latitude,
    longitude: place?.longitude,
    deploymentStart: times[0],
    deploymentEnd: times.at(-1),
    cameraID: camera,
    timestampIssues: clips.some(({ recordedAt }) => recordedAt === undefined),
  };
}

const mediaColumns = [
  ...['mediaID', 'deploymentID', 'captureMethod', 'timestamp', 'filePath', 'filePublic', 'fileName'],
  ...['fileMediatype', 'exifData', 'favorite', 'mediaComments'],
];

function medium(clip: LabelledClip): Row {
  return {
    mediaID: clip.clip,
    deploymentID: clip.camera ?? unnamedCamera,
    captureMethod: 'activityDetection',
    timestamp: timeAt(clip, 0),
    filePath: `media/${clip.file.replace(/\.{2,}/g, '.')}`,
    filePublic: false,
    fileName: clip.file,
    fileMediatype: mediaTypes[extname(clip.file).toLowerCase()] ?? 'video/mp4',
  };
}

const mediaTypes: Readonly<Record<string, string>> = {
  '.avi': 'video/x-msvideo',
  '.mkv': 'video/x-matroska',
  '.mov': 'video/quicktime',
  '.mp4': 'video/mp4',
  '.ts': 'video/mp2t',
};

const observationColumns = [
  ...['observationID', 'deploymentID', 'mediaID', 'eventID', 'eventStart', 'eventEnd', 'observationLevel'],
  ...['observationType', 'cameraSetupType', 'scientificName', 'count', 'lifeStage', 'sex', 'behavior'],
  ...['individualID', 'individualPositionRadius', 'individualPositionAngle', 'individualSpeed'],
  ...['bboxX', 'bboxY', 'bboxWidth', 'bboxHeight', 'classificationMethod', 'classifiedBy'],
  ...['classificationTimestamp', 'classificationProbability', 'observationTags', 'observationComments'],
];

function observationsOf(clip: LabelledClip, taxa: Readonly<Record<string, string>>): Row[] {
  const event = { deploymentID: clip.camera ?? unnamedCamera, mediaID: clip.clip, eventID: clip.clip };
  if (clip.labels.length === 0) {
    return [
      {
        ...event,
        observationID: `${clip.clip}_blank`,
        eventStart: timeAt(clip, 0),
        eventEnd: timeAt(clip, clip.frames),
        observationLevel: 'media',
        observationType: 'blank',
      },
    ];
  }
  return clip.labels.map((label) => ({ ...event, ...observation(label, clip, taxa) }));
}

/** Times have whole seconds in this format; the frame itself is in the tags. */
function observation(label: LabelRow, clip: LabelledClip, taxa: Readonly<Record<string, string>>): Row {
  const { frame, track, cause, review, box } = label;
  const [x, y, w, h] = box;
  const left = within(x / clip.width);
  const top = within(y / clip.height);
  const byPerson = cause === 'hand' || review === 'corrected';
  return {
    observationID: `${clip.clip}_${track}_${frame}`,
    eventStart: timeAt(clip, frame),
    eventEnd: timeAt(clip, frame),
    observationLevel: 'media',
    observationType: observationType(label.label),
    scientificName: taxa[label.label],
    count: 1,
    bboxX: left,
    bboxY: top,
    bboxWidth: within(within((x + w) / clip.width) - left),
    bboxHeight: within(within((y + h) / clip.height) - top),
    classificationMethod: byPerson ? 'human' : 'machine',
    classifiedBy: byPerson ? undefined : 'Shika',
    classificationProbability: Math.round(confidence(label) * 1e4) / 1e4,
    observationTags: [
      `label:${label.label}`,
      `frame:${frame}`,
      `track:${track}`,
      `cause:${cause}`,
      ...(review === null ? [] : [`review:${review}`]),
    ].join(' | '),
  };
}

function observationType(label: string): string {
  const kind = labelKind(label);
  return kind === 'person' ? 'human' : kind;
}

function within(value: number): number {
  return Math.round(Math.max(0, Math.min(1, value)) * 1e6) / 1e6;
}

function timeAt({ recordedAt, fps }: LabelledClip, frame: number): string {
  const start = Date.parse(recordedAt ?? unknownTime);
  return `${new Date(start + (frame / fps) * 1000).toISOString().slice(0, 19)}Z`;
}

function table(rows: readonly Row[], columns: string[]): string {
  return stringify([...rows], { header: true, columns, cast: { boolean: String } });
}

function dataPackage(clips: readonly LabelledClip[], { taxa = {} }: ExportInput): object {
  const places = clips.flatMap(({ place }) =>
    place === undefined ? [] : [[place.longitude, place.latitude]],
  );
  const days = clips.flatMap((clip) => [timeAt(clip, 0), timeAt(clip, clip.frames)]).sort();
  const day = (time: string | undefined) => (time ?? unknownTime).slice(0, 10);
  const named = new Set(clips.flatMap(({ labels }) => labels.flatMap(({ label }) => taxa[label] ?? [])));
  return {
    resources: ['deployments', 'media', 'observations'].map((name) => ({
      name,
      path: `${name}.csv`,
      profile: 'tabular-data-resource',
      format: 'csv',
      mediatype: 'text/csv',
      encoding: 'utf-8',
      schema: `${schemas}/${name}-table-schema.json`,
    })),
    profile: `${schemas}/camtrap-dp-profile.json`,
    name: 'shika-labels',
    created: new Date().toISOString(),
    contributors: [{ title: 'Shika', role: 'contributor' }],
    project: {
      title: 'Labels made by Shika',
      samplingDesign: 'opportunistic',
      captureMethod: ['activityDetection'],
      individualAnimals: false,
      observationLevel: ['media'],
    },
    spatial: { type: 'MultiPoint', coordinates: places },
    temporal: { start: day(days[0]), end: day(days.at(-1)) },
    taxonomic: [...named].sort().map((scientificName) => ({ scientificName })),
  };
}
