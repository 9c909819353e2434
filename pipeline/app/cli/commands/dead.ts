import type { Command } from 'commander';
import { Dead } from '../../../../schemas/dead.ts';
import { messages } from '../../../../schemas/index.ts';
import type { MessageType } from '../../../../schemas/message.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { decode, type Incoming } from '../../../runtime/bus/envelope.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, table } from '../terminal.ts';

type DeadMessage = Incoming<typeof Dead>;

export function deadCommand(program: Command): void {
  const dead = program.command('dead').description('messages that a stage gave up on');
  withBusOptions(dead.command('list', { isDefault: true }))
    .option('--json', 'print JSON')
    .description('all of them, oldest first')
    .action(async (flags: BusChoice & { json?: boolean }) => {
      const found = await withBus(flags, all);
      const rows = found.map(({ sequence, body }) => [
        sequence,
        body.at,
        body.stage,
        body.subject,
        body.attempts,
        body.reason,
      ]);
      const text =
        rows.length === 0
          ? 'nothing is dead'
          : table(['number', 'at', 'stage', 'subject', 'attempts', 'reason'], rows);
      give(
        flags.json ?? false,
        found.map(({ sequence, body }) => ({ number: sequence, ...body })),
        text,
      );
    });
  withBusOptions(dead.command('show').argument('<number>'))
    .description('one of them with its payload')
    .action(async (number: string, flags: BusChoice) => {
      const { body, payload } = await withBus(flags, (bus) => one(bus, number));
      const json = body.headers['content-type'] === 'application/json';
      const text = json ? new TextDecoder().decode(payload) : `${payload.byteLength} bytes`;
      give(false, null, `${JSON.stringify(body, null, 2)}\n${text}`);
    });
  withBusOptions(dead.command('replay').argument('<number...>', 'numbers, or "all"'))
    .description('publish them again where they came from, and take them off the list')
    .action(async (numbers: string[], flags: BusChoice) => {
      const count = await withBus(flags, async (bus) => {
        const chosen = numbers.includes('all')
          ? await all(bus)
          : await Promise.all(numbers.map((number) => one(bus, number)));
        for (const message of chosen) await replay(bus, message);
        return chosen.length;
      });
      give(false, null, `${count} published again`);
    });
}

async function all(bus: Bus): Promise<DeadMessage[]> {
  const found: DeadMessage[] = [];
  for await (const message of bus.stored(Dead)) found.push(message);
  return found;
}

async function one(bus: Bus, number: string): Promise<DeadMessage> {
  const raw = /^\d+$/.test(number) ? await bus.at('DEAD', Number(number)) : null;
  if (!raw) throw new UsageError(`no dead message ${number}`, { expected: 'a number of `shika dead list`' });
  return decode(Dead, raw);
}

/** @throws PoisonError where the message can never be valid */
async function replay(bus: Bus, { body, payload, sequence }: DeadMessage): Promise<void> {
  const type: MessageType | undefined = messages.find((known) => known.type === body.type);
  if (!type)
    throw new UsageError(`dead message ${sequence} has no known type`, { found: body.type || 'none' });
  await bus.republish(type, body.subject, body.headers, payload);
  await bus.remove('DEAD', sequence);
}
