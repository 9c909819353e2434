import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { type DeadLetter, deadLetter, deadLetters, replayDeadLetter } from '../../jobs/dead-letters.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, wholeNumber, withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

const number = wholeNumber(1);

interface ListFlags extends BusFlags {
  readonly from: number;
  readonly most: number;
  readonly json?: boolean;
}

export function deadCommand(program: Command): void {
  const dead = program.command('dead').description('messages that a stage gave up on');
  withOptions(
    dead.command('list', { isDefault: true }),
    new Option('--from <number>', 'the first that is listed').argParser(number).default(1),
    new Option('--most <n>', 'rows').argParser(wholeNumber(1)).default(100),
    jobFolder(),
    config(),
    json(),
  )
    .description('all of them, oldest first, page by page')
    .action(async (flags: ListFlags) => {
      const found = await withBus(flags, ({ bus }) => page(bus, flags));
      const result = found.shown.map(({ sequence, body }) => ({ number: sequence, ...body }));
      printResult(flags.json, result, listText(found));
    });
  withOptions(
    dead.command('show').argument('<number>', 'as `dead list` gives it', number),
    jobFolder(),
    config(),
  )
    .description('a message with its payload')
    .action(async (sequence: number, flags: BusFlags) => {
      const { body, payload } = await withBus(flags, ({ bus }) => deadLetter(bus, sequence));
      const isText = body.headers['content-type'] === 'application/json';
      const text = isText ? new TextDecoder().decode(payload) : `${payload.byteLength} bytes`;
      printResult(false, null, `${JSON.stringify(body, null, 2)}\n${text}`);
    });
  withOptions(
    dead.command('replay').argument('<number...>', 'numbers, or "all"', numbersOrAll),
    jobFolder(),
    config(),
  )
    .description('publish messages again where they came from, and take them off the list')
    .action(async (wanted: readonly number[] | 'all', flags: BusFlags) => {
      const count = await withBus(flags, async ({ bus }) => {
        const numbers = wanted === 'all' ? await allNumbers(bus) : wanted;
        // One at a time: each may be as large as a message can be.
        for (const sequence of numbers) await replayDeadLetter(bus, await deadLetter(bus, sequence));
        return numbers.length;
      });
      printResult(false, null, `${count} published again`);
    });
}

function numbersOrAll(text: string, before: readonly number[] | 'all' = []): readonly number[] | 'all' {
  if (text === 'all' || before === 'all') return 'all';
  try {
    return [...before, number(text)];
  } catch {
    throw new InvalidArgumentError('Expected a number of `shika dead list`, or "all".');
  }
}

interface Page {
  readonly shown: readonly DeadLetter[];
  /** Number of the first one behind the page. */
  readonly next: number | null;
}

async function page(bus: Bus, { from, most }: ListFlags): Promise<Page> {
  const shown: DeadLetter[] = [];
  for await (const message of deadLetters(bus)) {
    if (message.sequence < from) continue;
    if (shown.length === most) return { shown, next: message.sequence };
    shown.push(message);
  }
  return { shown, next: null };
}

async function allNumbers(bus: Bus): Promise<number[]> {
  const numbers: number[] = [];
  for await (const { sequence } of deadLetters(bus)) numbers.push(sequence);
  return numbers;
}

function listText({ shown, next }: Page): string {
  if (shown.length === 0) return 'nothing is dead';
  const rows = shown.map(({ sequence, body: { at, stage, subject, attempts, reason } }) => [
    sequence,
    at,
    stage,
    subject,
    attempts,
    reason,
  ]);
  const text = table(['number', 'at', 'stage', 'subject', 'attempts', 'reason'], rows);
  return next === null ? text : `${text}\nmore: --from ${next}`;
}
