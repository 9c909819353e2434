/**
 * The terminal: bars where a person watches, plain lines where nobody does. Results go to standard output, everything
 * else to standard error.
 */
import { MultiBar, type SingleBar } from 'cli-progress';
import type { Meter, Meters } from '../jobs/meter.ts';
import { Pace } from './time-left.ts';

/** Bars on a terminal, else a line at the start and at the end of each step and every tenth of it. */
export function terminalMeters(): Meters & { stop(): void } {
  return process.stderr.isTTY ? bars() : lines();
}

function bars(): Meters & { stop(): void } {
  const multi = new MultiBar({
    format: '{name} {bar} {percentage}% {note}',
    barsize: 28,
    hideCursor: true,
    stream: process.stderr,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    emptyOnZero: true,
  });
  return {
    start(name: string): Meter {
      const bar: SingleBar = multi.create(1, 0, { name: name.padEnd(28), note: '' });
      const pace = new Pace();
      return {
        update(done, total, note = '') {
          bar.setTotal(Math.max(1, total));
          bar.update(Math.min(done, Math.max(1, total)), { note: noteText(note, pace.text(done, total)) });
        },
        print: (text) => multi.log(`${name}: ${text}\n`),
        done(note = '') {
          bar.update(bar.getTotal(), { note });
          bar.stop();
          multi.remove(bar);
          multi.log(`${name}: ${note || 'done'}\n`);
        },
      };
    },
    stop: () => multi.stop(),
  };
}

function lines(): Meters & { stop(): void } {
  return {
    start(name: string): Meter {
      let tenth = 0;
      const pace = new Pace();
      print(`${name} …`);
      return {
        update(done, total, note = '') {
          const left = pace.text(done, total);
          const now = total === 0 ? 0 : Math.floor((10 * done) / total);
          if (now <= tenth) return;
          tenth = now;
          const text = noteText(note, left);
          print(`${name}: ${10 * now} %${text ? ` (${text})` : ''}`);
        },
        print: (text) => print(`${name}: ${text}`),
        done: (note = '') => print(`${name}: ${note || 'done'}`),
      };
    },
    stop() {},
  };
}

function noteText(note: string, left: string): string {
  return [note, left].filter(Boolean).join('; ');
}

/** A line for a person, on standard error. */
export function print(text: string): void {
  process.stderr.write(`${text}\n`);
}

/** The command's result, on standard output: JSON as the last line where a program asked for it, else text. */
export function printResult(json: boolean | undefined, result: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(result)}\n` : `${text}\n`);
}

/** A score to three digits; a dash where there is none. */
export function figureText(value: number | null | undefined): string {
  return value === null || value === undefined ? '-' : value.toFixed(3);
}

/** Rows under their headings, columns aligned. */
export function table(headings: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const cells = [headings, ...rows.map((row) => row.map(String))];
  const widths = headings.map((_, column) => Math.max(...cells.map((row) => (row[column] ?? '').length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
