/** The rows that `tracker-quality.ts` prints, for a terminal or as Markdown. */
import type { LabelBox, LabelScores } from '../../pipeline/domain/scores/labels.ts';
import { type Cause, noCauses } from '../../schemas/terms.ts';

/** One clip, or several as one, by one method. */
export interface Quality {
  readonly clip: string;
  readonly method: string;
  /** null where nothing is known to be true. */
  readonly scores: LabelScores | null;
  readonly labels: readonly LabelBox[];
  /** Regions that the detector was shown, a frame. */
  readonly regions: number;
  /** Of the processor, a frame. */
  readonly ms: number;
}

const columns: readonly { readonly head: string; readonly width: number; value(row: Quality): string }[] = [
  { head: 'clip', width: 13, value: ({ clip }) => clip },
  { head: 'method', width: 13, value: ({ method }) => method },
  { head: 'IoU', width: 5, value: ({ scores }) => fixed(scores?.meanIoU, 3) },
  { head: '>=.75', width: 5, value: ({ scores }) => fixed(scores?.within75, 2) },
  { head: 'HOTA', width: 5, value: ({ scores }) => fixed(scores?.tracking?.hota, 3) },
  { head: 'DetA', width: 5, value: ({ scores }) => fixed(scores?.tracking?.detA, 3) },
  { head: 'AssA', width: 5, value: ({ scores }) => fixed(scores?.tracking?.assA, 3) },
  { head: 'IDF1', width: 5, value: ({ scores }) => fixed(scores?.tracking?.idf1, 3) },
  { head: 'switches', width: 8, value: ({ scores }) => fixed(scores?.tracking?.switches, 0) },
  { head: 'frag', width: 4, value: ({ scores }) => fixed(scores?.tracking?.fragments, 0) },
  { head: 'missed', width: 6, value: ({ scores }) => fixed(scores?.missed, 0) },
  { head: 'extra', width: 5, value: ({ scores }) => fixed(scores?.extra, 0) },
  { head: 'looks', width: 5, value: ({ regions }) => fixed(regions, 2) },
  { head: 'ms', width: 5, value: ({ ms }) => fixed(ms, 1) },
  { head: 'labels by cause (mean IoU)', width: 0, value: byCause },
];

export function headings(markdown: boolean): string {
  const heads = line(
    columns.map(({ head }) => head),
    markdown,
  );
  return markdown ? `${heads}\n|${columns.map(() => '---|').join('')}` : heads;
}

export function qualityRow(row: Quality, markdown: boolean): string {
  return line(
    columns.map(({ value }) => value(row)),
    markdown,
  );
}

function line(cells: readonly string[], markdown: boolean): string {
  if (markdown) return `| ${cells.join(' | ')} |`;
  return cells
    .map((cell, i) => (i < 2 ? cell.padEnd(columns[i]!.width) : cell.padStart(columns[i]!.width)))
    .join(' ');
}

function byCause({ labels, scores }: Quality): string {
  const counts = noCauses();
  for (const { cause } of labels) counts[cause] += 1;
  const some = Object.entries(counts).filter(([, count]) => count > 0) as [Cause, number][]; // its keys are causes
  return some
    .map(([cause, count]) => {
      const mean = scores?.byCause[cause].meanIoU;
      return `${cause} ${count}${typeof mean === 'number' ? ` (${mean.toFixed(2)})` : ''}`;
    })
    .join(', ');
}

function fixed(value: number | undefined, digits: number): string {
  return value?.toFixed(digits) ?? '-';
}
