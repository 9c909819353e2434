/**
 * Pascal VOC: one XML file a picture. Coordinates are whole, 1-based and inclusive, as in the VOC development
 * kit: a box over pixels 0..9 is xmin 1, xmax 10. http://host.robots.ox.ac.uk/pascal/VOC/voc2012/devkit_doc.pdf
 */
import type { Box, Size } from '../../vision/box.ts';
import { labelNames } from '../label-row.ts';
import {
  type ExportInput,
  type ExportResult,
  type LabelledFrame,
  labelledClips,
  labelledFrames,
  put,
  putPictures,
} from './target.ts';
import { xml } from './xml.ts';

/** `Annotations/*.xml`, `ImageSets/Main/train.txt`, `labelmap.txt`, and `JPEGImages/*.jpg` where pictures are at hand. */
export async function exportVoc(input: ExportInput, folder: string): Promise<ExportResult> {
  const frames = labelledClips(input).flatMap(labelledFrames);
  const list = frames.map(({ name }) => `${name}\n`).join('');
  // Names beyond VOC's own twenty: CVAT and Datumaro read them from here (`name:colour:parts:actions`).
  const names = labelNames(frames.flatMap(({ labels }) => labels)).map((name) => `${name}:::\n`);
  const files = [
    await put(folder, 'ImageSets/Main/train.txt', list),
    await put(folder, 'labelmap.txt', `# label:color_rgb:parts:actions\nbackground:::\n${names.join('')}`),
  ];
  for (const frame of frames) files.push(await put(folder, `Annotations/${frame.name}.xml`, vocXml(frame)));
  return { files: [...files, ...(await putPictures(frames, input, folder, 'JPEGImages'))], warnings: [] };
}

function vocXml({ name, clip, frame, labels }: LabelledFrame): string {
  return xml({
    annotation: {
      folder: 'JPEGImages',
      filename: `${name}.jpg`,
      source: { database: 'Shika', annotation: `${clip.path} frame ${frame}` },
      size: { width: clip.width, height: clip.height, depth: 3 },
      segmented: 0,
      object: labels.map(({ label, box }) => ({
        name: label,
        pose: 'Unspecified',
        truncated: Number(touchesEdge(box, clip)),
        difficult: 0,
        bndbox: vocBox(box, clip),
      })),
    },
  });
}

/** At least one pixel, inside the picture. */
export function vocBox(
  [x, y, w, h]: Box,
  { width, height }: Size,
): { xmin: number; ymin: number; xmax: number; ymax: number } {
  const within = (value: number, to: number) => Math.max(1, Math.min(to, value));
  const xmin = within(Math.round(x) + 1, width);
  const ymin = within(Math.round(y) + 1, height);
  return {
    xmin,
    ymin,
    xmax: Math.max(xmin, within(Math.round(x + w), width)),
    ymax: Math.max(ymin, within(Math.round(y + h), height)),
  };
}

function touchesEdge([x, y, w, h]: Box, { width, height }: Size): boolean {
  return x < 1 || y < 1 || x + w > width - 1 || y + h > height - 1;
}
