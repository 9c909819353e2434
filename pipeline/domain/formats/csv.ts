/** CSV tables with a header line: comma, semicolon (as spreadsheets in some languages save) or tab. */
import { readFile } from 'node:fs/promises';
import { CsvError, parse } from 'csv-parse/sync';
import { PoisonError, UsageError } from '../../runtime/errors.ts';
import type { Box } from '../vision/box.ts';

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
}

/**
 * @param required columns without which the file is of no use
 * @throws UsageError where it can't be read, is no CSV, or lacks a column
 */
export async function readTable(path: string, required: readonly string[]): Promise<Table> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw new UsageError(`${path} can't be read`, {
      cause: error,
      found: String(error),
      expected: 'a CSV file',
    });
  });
  const table = parseTable(text, path);
  const missing = required.filter((column) => !table.columns.includes(column));
  if (missing.length > 0) {
    throw new UsageError(`${path} lacks ${missing.map((name) => `"${name}"`).join(', ')} in its first line`, {
      found: `"${table.columns.join(',')}"`,
      expected: `a header with ${required.join(',')}`,
    });
  }
  return table;
}

/** @throws UsageError where it is no CSV */
export function parseTable(text: string, path: string): Table {
  const header = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const delimiter = [',', ';', '\t'].find((d) => header.includes(d)) ?? ',';
  let columns: string[] = [];
  const options = {
    bom: true,
    columns: (names: string[]) => {
      columns = names.map((name) => name.trim().toLowerCase());
      return columns;
    },
    delimiter,
    info: true,
    relax_column_count: true,
    skip_empty_lines: true,
    trim: true,
  } as const;
  try {
    // csv-parse's types know nothing of `info`: with it every record is wrapped like this.
    const records = parse(text, options) as unknown as {
      record: Record<string, string>;
      info: { lines: number };
    }[];
    return { columns, rows: records.map(({ record, info }) => ({ line: info.lines, cells: record })) };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new UsageError(`${path} is no CSV`, {
      found: error.message,
      expected: 'rows of cells',
      cause: error,
    });
  }
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
    const value = text === '' ? Number.NaN : Number(text);
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
