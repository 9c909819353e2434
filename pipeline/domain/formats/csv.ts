/**
 * CSV tables with a header line: comma, semicolon or tab; with the decimal comma, the encodings and the `sep=` line of
 * spreadsheets, and with lines of comments.
 */
import { CsvError, type Options, parse } from 'csv-parse/sync';
import { PoisonError, UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';
import { collect, type Problem } from './problem.ts';
import { readText } from './text.ts';

/** A CSV file with a header line; column names are lower case. */
export interface Table {
  readonly columns: readonly string[];
  readonly rows: readonly TableRow[];
}

/** A row by its columns. */
export interface TableRow {
  /** 1-based line where the row ends. */
  readonly line: number;
  readonly cells: Readonly<Record<string, string | undefined>>;
  /** Cells beyond the last column: the others may stand in the wrong one. */
  readonly extra?: readonly string[];
  /** Whether `80,5` is a number here: cells are not parted by commas. */
  readonly decimalComma?: boolean;
}

/**
 * @param required columns without which the file is of no use
 * @throws UsageError where it can't be read, is no CSV, or lacks a column
 */
export async function readTable(path: string, required: readonly string[]): Promise<Table> {
  const text = await readText(path).catch((error: unknown) => {
    throw new UsageError(`${path} can't be read`, {
      cause: error,
      found: String(error),
      expected: 'a CSV file',
    });
  });
  const table = parseTable(text, path);
  const missing = required.filter((column) => !table.columns.includes(column));
  const twice = required.find((column) => table.columns.filter((name) => name === column).length > 1);
  if (twice !== undefined) {
    throw new UsageError(`${path} has "${twice}" twice in its first line`, {
      found: `"${table.columns.join(',')}"`,
      expected: 'each column once',
    });
  }
  if (missing.length > 0) {
    throw new UsageError(`${path} lacks ${missing.map((name) => `"${name}"`).join(', ')} in its first line`, {
      found: `"${table.columns.join(',')}"`,
      expected: `a header with ${required.join(',')}`,
    });
  }
  return table;
}

/** What each row says; a row that can't be used is a problem, and the others are used. */
export function readRows<T>(
  { rows }: Table,
  path: string,
  problems: Problem[],
  read: (row: TableRow) => T,
): T[] {
  return rows.flatMap((row) => {
    const value = collect(problems, path, row.line, () => {
      if (row.extra === undefined) return read(row);
      throw new PoisonError('row', {
        found: `more cells than columns: "${row.extra.join('", "')}"`,
        expected: 'a cell a column',
      });
    });
    return value === undefined ? [] : [value];
  });
}

/** @throws UsageError where it is no CSV */
export function parseTable(text: string, path: string): Table {
  const { skipped, delimiter, body } = preamble(text);
  const options = {
    bom: true,
    delimiter,
    info: true,
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: true,
    trim: true,
  } as const;
  try {
    // csv-parse's types know nothing of `info`: with it every record is wrapped like this.
    const records = parsed(body, options) as unknown as { record: string[]; info: { lines: number } }[];
    const [header, ...rest] = records;
    const columns = (header?.record ?? []).map((name) => name.trim().toLowerCase());
    const rows = rest
      .filter(({ record }) => !isComment(record, columns.length) && record.some((value) => value !== ''))
      .map(({ record, info }) => rowOf(record, columns, info.lines + skipped, delimiter !== ','));
    return { columns, rows };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`${path} is no CSV`, {
      found: error.message,
      expected: 'rows of cells',
      cause: error,
    });
  }
}

/** A quote that nothing closes would take the rest of the file into its cell: then quotes are letters. */
function parsed(body: string, options: Options): unknown {
  try {
    return parse(body, options);
  } catch (error) {
    if (!(error instanceof CsvError) || error.code !== 'CSV_QUOTE_NOT_CLOSED') throw error;
    return parse(body, { ...options, quote: false });
  }
}

/** What stands before the header: a line `sep=;`, comments, nothing at all. */
function preamble(text: string): { skipped: number; delimiter: string; body: string } {
  const lines = text.replace(/^\uFEFF/, '').split(/(?<=\n)|(?<=\r)(?!\n)/);
  let named: string | undefined;
  let skipped = 0;
  for (const line of lines) {
    const separator = /^"?sep=(.)"?\s*$/i.exec(line)?.[1];
    named ??= separator;
    if (separator === undefined && line.trim() !== '' && !line.startsWith('#')) break;
    skipped += 1;
  }
  const body = lines.slice(skipped);
  return { skipped, delimiter: named ?? delimiterOf(body[0] ?? ''), body: body.join('') };
}

/** The one that parts the header into most columns; the comma where none does. */
function delimiterOf(header: string): string {
  const counts = [',', ';', '\t'].map((delimiter) => ({ delimiter, n: header.split(delimiter).length }));
  return counts.toSorted((a, b) => b.n - a.n)[0]!.delimiter; // three of them
}

/** A line of words; a file whose name begins with `#` has its row's other cells as well. */
function isComment(record: readonly string[], columns: number): boolean {
  return record[0]?.startsWith('#') === true && record.length < columns;
}

function rowOf(
  record: readonly string[],
  columns: readonly string[],
  line: number,
  decimalComma: boolean,
): TableRow {
  const extra = record.slice(columns.length).filter((value) => value !== '');
  return {
    line,
    cells: Object.fromEntries(columns.map((column, i) => [column, record[i]])),
    decimalComma,
    ...(extra.length > 0 ? { extra } : {}),
  };
}

/** What a cell must be; every function throws {@link PoisonError} naming the column. */
export const cell = {
  text(row: TableRow, column: string): string {
    const value = row.cells[column] ?? '';
    if (value === '') throw new PoisonError(column, { found: 'nothing', expected: 'a value' });
    return value;
  },

  number(row: TableRow, column: string, from = -Infinity, to = Infinity): number {
    const text = row.cells[column] ?? '';
    const point = row.decimalComma && /^[+-]?\d*,\d+$/.test(text) ? text.replace(',', '.') : text;
    const value = point === '' ? Number.NaN : Number(point);
    if (!Number.isFinite(value) || value < from || value > to) {
      throw new PoisonError(column, { found: quoted(text), expected: `a number${bounds(from, to)}` });
    }
    return value;
  },

  integer(row: TableRow, column: string, from: number): number {
    const value = cell.number(row, column, from);
    if (!Number.isInteger(value)) {
      throw new PoisonError(column, {
        found: quoted(row.cells[column] ?? ''),
        expected: `a whole number${bounds(from, Infinity)}`,
      });
    }
    return value;
  },

  /** null for an empty cell. */
  optionalNumber(row: TableRow, column: string, from: number, to: number): number | null {
    return (row.cells[column] ?? '') === '' ? null : cell.number(row, column, from, to);
  },

  oneOf<T extends string>(row: TableRow, column: string, values: readonly T[]): T {
    const found = row.cells[column] ?? '';
    const value = values.find((v) => v === found);
    if (value === undefined)
      throw new PoisonError(column, { found: quoted(found), expected: values.join(', ') });
    return value;
  },

  /** The columns x, y, w, h. */
  box(row: TableRow): Box {
    const box = [
      cell.number(row, 'x'),
      cell.number(row, 'y'),
      cell.number(row, 'w'),
      cell.number(row, 'h'),
    ] as const;
    if (box[2] <= 0 || box[3] <= 0) {
      throw new PoisonError('w,h', { found: `${box[2]},${box[3]}`, expected: 'more than 0 px' });
    }
    return box;
  },
};

function bounds(from: number, to: number): string {
  if (from === -Infinity) return '';
  return to === Infinity ? ` from ${from}` : ` from ${from} to ${to}`;
}

function quoted(text: string): string {
  return text === '' ? 'nothing' : `"${text}"`;
}
