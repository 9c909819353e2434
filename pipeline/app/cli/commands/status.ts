import type { Command } from 'commander';
import { NO_DETECTOR, type PipelineStatus, pipelineStatus } from '../../jobs/status.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

export function statusCommand(program: Command): void {
  withOptions(program.command('status'), jobFolder(), config(), json())
    .description('clips, streams, backlogs and active models')
    .action(async (flags: BusFlags & { json?: boolean }) => {
      const status = await withBus(flags, ({ bus }) => pipelineStatus(bus));
      printResult(flags.json, status, statusText(status));
    });
}

function statusText({ server, clips, active, streams }: PipelineStatus): string {
  const counts = Object.entries(clips).map(([event, count]) => `${count} ${event}`);
  const rows = streams.map(({ name, messages, bytes, consumers }) => [
    name,
    messages,
    (bytes / 2 ** 20).toFixed(1),
    consumers.map((consumer) => `${consumer.name} ${consumer.waiting}/${consumer.working}`).join(', '),
  ]);
  return [
    `server ${server}; clips: ${counts.join(', ')}`,
    Object.entries(active)
      .map(([kind, model]) => `active ${kind}: ${model ? `${model.model} since ${model.since}` : 'none'}`)
      .join('\n'),
    ...(active.detector ? [] : [NO_DETECTOR]),
    table(['stream', 'messages', 'MiB', 'consumers (waiting/working)'], rows),
  ].join('\n\n');
}
