/** A contact sheet: what a model goes by in many pictures, at a glance. */
import { type Raster, scaleToFit } from '../../../pipeline/domain/vision/image.ts';
import { compose, type Placed } from './canvas.ts';
import { text } from './svg.ts';

/** One cell of the sheet. */
export interface Shot {
  /** E.g. an overlay. */
  readonly picture: Raster;
  readonly name: string;
  /** What is written below. */
  readonly line: string;
  /** Whether it is to be looked at. */
  readonly bad: boolean;
}

const cell = { width: 240, height: 240 };
const caption = 46;
const gap = 12;
const mostColumns = 6;

/** A PNG. @param shots at least one */
export async function sheetOf(shots: readonly Shot[]): Promise<Uint8Array> {
  const columns = Math.min(mostColumns, Math.ceil(Math.sqrt(shots.length)));
  const placed: Placed[] = [];
  const captions: string[] = [];
  for (const [i, { picture, name, line, bad }] of shots.entries()) {
    const raster = await scaleToFit(picture, cell.width);
    const left = gap + (i % columns) * (cell.width + gap);
    const top = gap + Math.trunc(i / columns) * (cell.height + caption + gap);
    placed.push({
      raster,
      left: left + Math.trunc((cell.width - raster.width) / 2),
      top: top + cell.height - raster.height,
    });
    const at = { x: left, room: cell.width };
    captions.push(
      text(name, { ...at, y: top + cell.height + 19, size: 15, colour: '#1c1c1c', bold: true }),
      text(line, { ...at, y: top + cell.height + 38, size: 13, colour: bad ? '#c8342b' : '#6b6b6b' }),
    );
  }
  const size = {
    width: gap + columns * (cell.width + gap),
    height: gap + Math.ceil(shots.length / columns) * (cell.height + caption + gap),
  };
  return compose(size, placed, captions.join(''));
}
