/** Contact sheets: frames of a clip with what a method made of them, boxes coloured by cause, for a person to judge. */
import sharp from 'sharp';
import { looks } from '../../pipeline/app/report/causes.ts';
import { evenlySpaced } from '../../pipeline/domain/statistics/evenly-spaced.ts';
import type { StoredClip } from './clip-in-memory.ts';
import type { BenchClip } from './tracker-clips.ts';
import type { BenchLabel } from './tracker-methods.ts';

const columns = 5;
const cellWidth = 384;
const cells = 30;

/** Thin white where the truth is. @param path a PNG is written there */
export async function writeSheet(
  path: string,
  stored: StoredClip,
  clip: BenchClip,
  labels: readonly BenchLabel[],
): Promise<void> {
  const frames = evenlySpaced(stored.frames, cells);
  const { width, height } = frames[0]!;
  const cellHeight = Math.round((cellWidth * height) / width);
  const labelsAt = Map.groupBy(labels, ({ frame }) => frame);
  const truthAt = Map.groupBy(clip.truth, ({ frame }) => frame);
  const drawn = frames.map(async ({ index, jpeg }, i) => {
    const line = width / cellWidth;
    const boxes = (labelsAt.get(index) ?? []).map(({ box: [x, y, w, h], cause, track }) => {
      const { colour } = looks[cause];
      return (
        `<rect x="${x}" y="${y}" width="${w}" height="${h}" fill="none" stroke="${colour}" stroke-width="${2.5 * line}"/>` +
        `<text x="${x + 2 * line}" y="${y + 13 * line}" font-size="${13 * line}" font-weight="bold" fill="${colour}" stroke="black" stroke-width="${3 * line}" paint-order="stroke">${track}</text>`
      );
    });
    const truth = (truthAt.get(index) ?? []).map(({ box }) =>
      box
        ? `<rect x="${box[0]}" y="${box[1]}" width="${box[2]}" height="${box[3]}" fill="none" stroke="white" stroke-width="${line}"/>`
        : '',
    );
    const number = `<text x="${4 * line}" y="${height - 5 * line}" font-size="${18 * line}" fill="white">${index}</text>`;
    const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}">${[...truth, ...boxes].join('')}${number}</svg>`;
    const picture = await sharp(jpeg)
      .composite([{ input: Buffer.from(svg) }])
      .png()
      .toBuffer();
    const input = await sharp(picture).resize(cellWidth, cellHeight).toBuffer();
    return { input, left: (i % columns) * cellWidth, top: Math.floor(i / columns) * cellHeight };
  });
  const rows = Math.ceil(frames.length / columns);
  await sharp({
    create: { width: columns * cellWidth, height: rows * cellHeight, channels: 3, background: 'black' },
  })
    .composite(await Promise.all(drawn))
    .png({ palette: true })
    .toFile(path);
}
