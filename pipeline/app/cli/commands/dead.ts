import { type Command, InvalidArgumentError } from 'commander';
import { type DeadLetter, deadLetter, deadLetters, replayDeadLetter } from '../../jobs/dead-letters.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, wholeNumber, withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

const number = wholeNumber(1);

export function deadCommand(program: Command): void {
  const dead = program.command('dead').description('messages that a stage gave up on');
  withOptions(dead.command('list', { isDefault: true }), jobFolder(), config(), json())
    .description('all of them, oldest first')
    .action(async (flags: BusFlags & { json?: boolean }) => {
      const found = await withBus(flags, ({ bus }) => deadLetters(bus));
      const result = found.map(({ sequence, body }) => ({ number: sequence, ...body }));
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
        const chosen =
          wanted === 'all'
            ? await deadLetters(bus)
            : await Promise.all(wanted.map((sequence) => deadLetter(bus, sequence)));
        for (const message of chosen) await replayDeadLetter(bus, message);
        return chosen.length;
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

function listText(found: readonly DeadLetter[]): string {
  if (found.length === 0) return 'nothing is dead';
  const rows = found.map(({ sequence, body: { at, stage, subject, attempts, reason } }) => [
    sequence,
    at,
    stage,
    subject,
    attempts,
    reason,
  ]);
  return table(['number', 'at', 'stage', 'subject', 'attempts', 'reason'], rows);
}
