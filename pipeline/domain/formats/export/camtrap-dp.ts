/**
 * Camtrap DP 1.0.2: a data package of deployments, media (the clips) and observations: one a stay of a species at a
 * camera, and beside it one a track of a clip. https://camtrap-dp.tdwg.org/data/
 */
import { extname } from 'node:path';
import { stringify } from 'csv-stringify/sync';
import { UsageError } from '../../../runtime/errors.ts';
import { baseName } from '../file-name.ts';
import { secondsOf } from '../label-row.ts';
import { counted } from '../problem.ts';
import {
  type CamtrapRow,
  cameraOf,
  observationColumns,
  observationRows,
  timeAt,
} from './camtrap-observations.ts';
import { type ExportInput, type ExportResult, type LabelledClip, labelledClips, put } from './target.ts';

const schemas = 'https://raw.githubusercontent.com/tdwg/camtrap-dp/1.0.2';

/**
 * `datapackage.json`, `deployments.csv`, `media.csv`, `observations.csv`.
 * @throws UsageError where the place of a camera or the time of a clip is not known: the format demands both
 */
export async function exportCamtrapDp(input: ExportInput, folder: string): Promise<ExportResult> {
  const clips = labelledClips(input);
  refuseMissingFacts(clips);
  const cameras = Map.groupBy(clips, cameraOf);
  const deployments = [...cameras].map(([camera, own]) => deployment(camera, own));
  return {
    files: [
      await put(
        folder,
        'datapackage.json',
        `${JSON.stringify(dataPackage(deployments, clips, input), null, 2)}\n`,
      ),
      await put(folder, 'deployments.csv', table(deployments, deploymentColumns)),
      await put(folder, 'media.csv', table(clips.map(medium), mediaColumns)),
      await put(folder, 'observations.csv', table(observationRows(clips, input), observationColumns)),
    ],
    warnings: warningsOf(clips, input),
  };
}

function refuseMissingFacts(clips: readonly LabelledClip[]): void {
  const placeless = new Set(clips.filter(({ place }) => place === undefined).map(cameraOf));
  if (placeless.size > 0) {
    throw new UsageError('Camtrap DP demands where each camera stands, so it is not written', {
      found: `no latitude and longitude of ${[...placeless].join(', ')}`,
      expected: 'a row for each in the table that the configuration key cameras.file names',
    });
  }
  const timeless = clips.filter(({ recordedAt }) => recordedAt === undefined);
  if (timeless.length > 0) {
    throw new UsageError('Camtrap DP demands when each clip was recorded, so it is not written', {
      found: `no time of ${timeless.map(({ path }) => path).join(', ')}`,
      expected: 'clips that were taken in since recording times are kept; annotate them again',
    });
  }
}

function warningsOf(clips: readonly LabelledClip[], { taxa = {} }: ExportInput): string[] {
  const uncertain = clips.filter(({ timeSource }) => timeSource === 'file').length;
  const labels = new Set(clips.flatMap((clip) => clip.labels.map(({ label }) => label)));
  const unnamed = [...labels].filter((label) => taxa[label] === undefined);
  return [
    ...(uncertain > 0
      ? [
          `only their file's own time, which a copy may have changed (timestampIssues): ${counted(uncertain, 'clip')}`,
        ]
      : []),
    `the clips themselves are not copied: media.csv expects them in media/`,
    ...(unnamed.length > 0
      ? [`no scientific names are known of ${unnamed.join(', ')}: they are in observationTags`]
      : []),
  ];
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

function deployment(camera: string, clips: readonly LabelledClip[]): CamtrapRow {
  const { place, setUp, pickUp } = clips[0]!; // groups are never empty, and a camera has one place
  // Where the rate varies, a clip's last label may be later than its average rate says.
  const times = clips
    .flatMap((clip) =>
      [0, clip.frames / clip.fps, ...clip.labels.map((label) => secondsOf(label, clip))].map((s) =>
        timeAt(clip, s),
      ),
    )
    .sort();
  return {
    deploymentID: camera,
    locationName: camera,
    latitude: place?.latitude,
    longitude: place?.longitude,
    deploymentStart: setUp === undefined ? times[0] : utc(setUp),
    deploymentEnd: pickUp === undefined ? times.at(-1) : utc(pickUp),
    cameraID: camera,
    timestampIssues: clips.some(({ timeSource }) => timeSource === 'file'),
  };
}

function utc(time: string): string {
  return `${new Date(Date.parse(time)).toISOString().slice(0, 19)}Z`;
}

const mediaColumns = [
  ...['mediaID', 'deploymentID', 'captureMethod', 'timestamp', 'filePath', 'filePublic', 'fileName'],
  ...['fileMediatype', 'exifData', 'favorite', 'mediaComments'],
];

function medium(clip: LabelledClip): CamtrapRow {
  return {
    mediaID: clip.clip,
    deploymentID: cameraOf(clip),
    captureMethod: 'activityDetection',
    timestamp: timeAt(clip, 0),
    filePath: `media/${clip.path.replace(/\.{2,}/g, '.')}`,
    filePublic: false,
    fileName: baseName(clip.file),
    mediaComments: clip.timeSource === undefined ? undefined : `timestamp from: ${clip.timeSource}`,
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

function table(rows: readonly CamtrapRow[], columns: string[]): string {
  return stringify([...rows], { header: true, columns, cast: { boolean: String } });
}

function dataPackage(
  deployments: readonly CamtrapRow[],
  clips: readonly LabelledClip[],
  { taxa = {} }: ExportInput,
): object {
  const places = deployments.map(({ longitude, latitude }) => [longitude, latitude]);
  const days = (column: 'deploymentStart' | 'deploymentEnd') =>
    deployments.map((row) => String(row[column]).slice(0, 10)).sort();
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
      observationLevel: ['event', 'media'],
    },
    spatial: { type: 'MultiPoint', coordinates: places },
    temporal: { start: days('deploymentStart')[0], end: days('deploymentEnd').at(-1) },
    taxonomic: [...named].sort().map((scientificName) => ({ scientificName })),
  };
}
