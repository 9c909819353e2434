/** Measured figures with their spread, as text and as JSON. */

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** One figure, measured several times. */
export interface Row {
  readonly name: string;
  /** E.g. `frames/s`. */
  readonly unit: string;
  readonly values: readonly number[];
  /** What a reader should know beside the figure. */
  readonly note?: string;
}

export interface Table {
  readonly title: string;
  readonly rows: readonly Row[];
}

/** @throws TypeError where nothing was measured */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const [min] = sorted;
  const max = sorted.at(-1);
  if (min === undefined || max === undefined) throw new TypeError('nothing was measured');
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { min, median, max };
}

export function tableText({ title, rows }: Table): string {
  const widest = Math.max(...rows.map(({ name }) => name.length));
  const head = ['min', 'median', 'max'].map((word) => word.padStart(9)).join('');
  const lines = rows.map(({ name, unit, values, note }) => {
    const { min, median, max } = spreadOf(values);
    const figures = [min, median, max].map((value) => figure(value).padStart(9)).join('');
    return `  ${name.padEnd(widest)}${figures}  ${unit}${note ? `  (${note})` : ''}`;
  });
  return `${title}\n  ${''.padEnd(widest)}${head}\n${lines.join('\n')}\n`;
}

/** With each row's spread. */
export function tableJson({ title, rows }: Table): object {
  return { title, rows: rows.map((row) => ({ ...row, ...spreadOf(row.values) })) };
}

/** Three digits that matter. */
function figure(value: number): string {
  const digits = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  return value.toFixed(Math.min(3, Math.max(0, 2 - digits)));
}
