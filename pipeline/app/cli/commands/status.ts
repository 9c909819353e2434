import type { Command } from 'commander';
import { ClipArrived } from '../../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../../../schemas/clip-tracked.ts';
import { activeModel } from '../../../domain/models/registry.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, table } from '../terminal.ts';

const STREAMS = ['CLIPS', 'FRAMES', 'LOOKS', 'BOXES', 'TRACKS', 'IMAGES', 'LABELS', 'JOBS', 'DEAD'] as const;

export function statusCommand(program: Command): void {
  withBusOptions(program.command('status'))
    .option('--json', 'print JSON')
    .description('clips, streams, backlogs and active models')
    .action(async (flags: BusChoice & { json?: boolean }) => {
      const status = await withBus(flags, async (bus) => {
        const streams = [];
        for (const name of STREAMS) streams.push({ name, ...(await bus.occupancy(name)) });
        const clips = { arrived: 0, tracked: 0, filtered: 0, failed: 0 };
        for await (const _ of bus.stored(ClipArrived)) clips.arrived += 1;
        for await (const _ of bus.stored(ClipTracked)) clips.tracked += 1;
        for await (const _ of bus.stored(ClipFiltered)) clips.filtered += 1;
        for await (const _ of bus.stored(ClipFailed)) clips.failed += 1;
        const active = { detector: (await activeModel(bus, 'detector')) ?? null };
        return { server: bus.serverVersion, clips, active, streams };
      });
      const text = [
        `server ${status.server}; clips: ${Object.entries(status.clips)
          .map(([what, count]) => `${count} ${what}`)
          .join(', ')}`,
        `active detector: ${status.active.detector ? `${status.active.detector.model} since ${status.active.detector.since}` : 'none'}`,
        table(
          ['stream', 'messages', 'MiB', 'consumers (waiting/working)'],
          status.streams.map(({ name, messages, bytes, consumers }) => [
            name,
            messages,
            (bytes / 2 ** 20).toFixed(1),
            consumers
              .map((consumer) => `${consumer.name} ${consumer.waiting}/${consumer.working}`)
              .join(', '),
          ]),
        ),
      ].join('\n\n');
      give(flags.json ?? false, status, text);
    });
}
