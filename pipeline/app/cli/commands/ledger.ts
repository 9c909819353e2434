import type { Command } from 'commander';
import { ClipFailed } from '../../../../schemas/clip-failed.ts';
import { ClipTracked } from '../../../../schemas/clip-tracked.ts';
import { subjectOf } from '../../../../schemas/message.ts';
import { checkpointKey, TrackerCheckpoint } from '../../../../schemas/state.ts';
import { accountedFor } from '../../../../schemas/terms.ts';
import { findClip } from '../../../domain/labels/labels.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { EXIT } from '../exit.ts';
import { give } from '../terminal.ts';

export function ledgerCommand(program: Command): void {
  withBusOptions(program.command('ledger').argument('<clip>', 'id or file name'))
    .option('--json', 'print JSON')
    .description('what became of every frame of a clip')
    .action(async (name: string, flags: BusChoice & { json?: boolean }) => {
      const found = await withBus(flags, async (bus) => {
        const clip = await findClip(bus, name);
        if (!clip) throw new UsageError(`no clip ${name} has arrived`);
        const names = { camera: clip.camera, clip: clip.clip };
        const tracked = await bus.last(ClipTracked, subjectOf(ClipTracked, names));
        const failed = await bus.last(ClipFailed, subjectOf(ClipFailed, names));
        const under = await bus.state.get(checkpointKey(clip.clip), TrackerCheckpoint);
        return {
          clip: clip.clip,
          file: clip.file,
          state: tracked ? 'tracked' : failed ? 'failed' : 'under way',
          reason: tracked ? undefined : failed?.body.reason,
          ledger: tracked?.body.ledger ??
            under.value?.ledger ?? { decoded: 0, labelled: 0, empty: 0, skipped: {}, dead: 0 },
        };
      });
      const { decoded, labelled, empty, skipped, dead } = found.ledger;
      const adds = accountedFor(found.ledger) === decoded;
      const skips = Object.entries(skipped).map(([reason, count]) => `${count} skipped (${reason})`);
      const sum = [
        `${labelled} labelled`,
        `${empty} without an animal`,
        ...(skips.length > 0 ? skips : ['0 skipped']),
        `${dead} dead`,
      ];
      const text = [
        `${found.file} (${found.clip}): ${found.state}${found.reason ? `: ${found.reason}` : ''}`,
        `${decoded} frames = ${sum.join(' + ')}${adds ? '' : '  DOES NOT ADD UP'}`,
      ].join('\n');
      give(flags.json ?? false, { ...found, addsUp: adds }, text);
      if (!adds) process.exitCode = EXIT.failed;
    });
}
