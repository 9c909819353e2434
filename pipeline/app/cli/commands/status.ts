import type { Command } from 'commander';
import { type Disk, diskOf, diskText, isLow, mebibytes, neededOn } from '../../../runtime/disk.ts';
import { NO_DETECTOR, type PipelineStatus, pipelineStatus } from '../../jobs/status.ts';
import { stateFolder } from '../../results/job-folder.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { print, printResult, table } from '../terminal.ts';

export function statusCommand(program: Command): void {
  withOptions(program.command('status'), jobFolder(), config(), json())
    .description('clips, streams, backlogs and active models')
    .action(async (flags: BusFlags & { json?: boolean }) => {
      const disk = process.env.NATS_URL ? null : diskOf(stateFolder(flags.out));
      // Before anything is asked: a server whose disk is full may not answer.
      if (disk && isLow(disk)) print(fullText(disk));
      const status = await withBus(flags, ({ bus }) => pipelineStatus(bus));
      printResult(
        flags.json,
        { ...status, disk: disk && { ...disk, needed: neededOn(disk) } },
        statusText(status),
      );
    });
}

function fullText(disk: Disk): string {
  return `the disk is nearly full: ${diskText(disk)}, ${mebibytes(neededOn(disk))} are needed; new clips wait until there is room`;
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
