/** The few SVG elements that figures are drawn with. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import { fontFamily } from './canvas.ts';

/** Where and how a line of text is drawn. */
export interface Lettering {
  /** Left end of the baseline, px. */
  readonly x: number;
  readonly y: number;
  /** px */
  readonly size: number;
  readonly colour: string;
  /** px; what does not fit is cut off with an ellipsis. */
  readonly room: number;
  readonly bold?: boolean;
  readonly anchor?: 'start' | 'end';
}

/** One line of any text, labels of models and users included. */
export function text(line: string, { x, y, size, colour, room, bold, anchor = 'start' }: Lettering): string {
  const weight = bold ? 700 : 400;
  return (
    `<text x="${x}" y="${y}" font-family="${fontFamily}" font-size="${size}" font-weight="${weight}" ` +
    `text-anchor="${anchor}" fill="${colour}">${escapeXml(fitted(line, room / size))}</text>`
  );
}

/** A box that shows on any ground: white, with a dark edge. @param clipTo what it must not leave */
export function frame(box: Box, clipTo: Box, dashed = false): string {
  const [left, top, right, bottom] = edges(box);
  const [minX, minY, maxX, maxY] = edges(clipTo);
  const [x, y] = [Math.max(left, minX) + 1, Math.max(top, minY) + 1];
  const [width, height] = [Math.min(right, maxX) - 1 - x, Math.min(bottom, maxY) - 1 - y];
  if (width <= 0 || height <= 0) return '';
  const rect = `<rect x="${x}" y="${y}" width="${width}" height="${height}" fill="none"`;
  const dashes = dashed ? ' stroke-dasharray="7 5"' : '';
  return (
    `${rect} stroke="black" stroke-opacity="0.55" stroke-width="4"${dashes}/>` +
    `${rect} stroke="white" stroke-width="2"${dashes}/>`
  );
}

/** A filled circle; centre and radius in px. */
export function disc(x: number, y: number, radius: number, colour: string): string {
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${colour}"/>`;
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Characters that XML cannot hold at all become the replacement character. */
export function escapeXml(value: string): string {
  return value
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\u{FFFD}')
    .replace(/[&<>"']/g, (character) => entities[character]!);
}

/** @param room in widths of a full-width character */
function fitted(line: string, room: number): string {
  const characters = [...line];
  const width = (letters: readonly string[]) =>
    letters.reduce((sum, character) => sum + widthOf(character), 0);
  if (width(characters) <= room) return line;
  while (characters.length > 0 && width(characters) + 1 > room) characters.pop();
  return `${characters.join('')}…`;
}

/** About, and rather too much: the share of a full-width character. */
function widthOf(character: string): number {
  if (character >= '\u{2E80}') return 1;
  if (/[mwMW@%×]/.test(character)) return 0.9;
  if (/[ iljtfr1.,:;'’()|/!-]/.test(character)) return 0.38;
  return /\p{Lu}/u.test(character) ? 0.7 : 0.6;
}

function edges([x, y, w, h]: Box): [left: number, top: number, right: number, bottom: number] {
  return [x, y, x + w, y + h];
}
