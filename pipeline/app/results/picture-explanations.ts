/** What `shika explain` leaves: a figure, a map and numbers for each picture, and a page to look over many. */
import { join } from 'node:path';
import { sheetOf } from '../../../stages/explainer/figure/sheet.ts';
import { decodeImage, type Raster, scaleToFit } from '../../domain/vision/image.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { replaceFile } from '../../runtime/replace.ts';
import type { PictureExplanation, PictureFailure } from '../jobs/explain-pictures.ts';
import { type ExplainRow, renderExplainPage, thumbnailSide } from '../report/explain-page.ts';
import { type ExplanationFiles, fetchExplanation, writeExplanation } from './explanations.ts';

/** What a program gets for a picture. */
export type ExplainedPicture =
  | (Omit<ExplainRow, 'thumbnail'> & { readonly overlay: string; readonly failure?: undefined })
  | { readonly image: string; readonly failure: string };

/**
 * Writes `<name>.figure.png`, `<name>.overlay.png` and `<name>.json` of each picture; of more than one also
 * `explain.html` and `contact-sheet.png`.
 * @param title of the page
 * @returns in the order of the pictures; paths of figures, names of overlays
 */
export async function writePictureExplanations(
  bus: Bus,
  folder: string,
  explained: AsyncIterable<PictureExplanation | PictureFailure>,
  title: string,
): Promise<ExplainedPicture[]> {
  const rows: ExplainRow[] = [];
  const pictures: ExplainedPicture[] = [];
  for await (const result of explained) {
    const { path: image, name } = result.input;
    if ('failure' in result) {
      pictures.push({ image, failure: result.failure });
      continue;
    }
    const { job, evidence, says, figures } = result;
    const files = await fetchExplanation(bus, job);
    await writeExplanation(folder, name, files);
    const [figure, overlay] = [`${name}.figure.png`, `${name}.overlay.png`];
    rows.push({ image, figure, thumbnail: await thumbnailOf(files, overlay), evidence, says, figures });
    pictures.push({ image, figure: join(folder, figure), overlay, evidence, says, figures });
  }
  if (pictures.length > 1) await writeOverview(folder, title, rows, failuresOf(pictures));
  return pictures;
}

/** Of the overlay, which is not kept: there may be thousands. */
async function thumbnailOf(files: ExplanationFiles, name: string): Promise<Raster> {
  const overlay = files.get('overlay.png')!; // every explanation has one
  return scaleToFit(await decodeImage(overlay, name), thumbnailSide);
}

function failuresOf(pictures: readonly ExplainedPicture[]) {
  return pictures.flatMap((picture) => (picture.failure === undefined ? [] : [picture]));
}

async function writeOverview(
  folder: string,
  title: string,
  rows: readonly ExplainRow[],
  failures: readonly { readonly image: string; readonly failure: string }[],
): Promise<void> {
  await replaceFile(join(folder, 'explain.html'), await renderExplainPage({ title, rows, failures }));
  if (rows.length === 0) return;
  const shots = rows.map(({ figure, thumbnail, evidence, says }) => {
    const bad = says.startsWith('do not trust');
    return {
      picture: thumbnail,
      name: figure.replace(/\.figure\.png$/, ''),
      line: bad ? says : evidence,
      bad,
    };
  });
  await replaceFile(join(folder, 'contact-sheet.png'), await sheetOf(shots));
}
