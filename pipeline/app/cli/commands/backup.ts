import type { Command } from 'commander';
import { backUp } from '../../jobs/backup/back-up.ts';
import type { BackupCounts } from '../../jobs/backup/format.ts';
import { restore } from '../../jobs/backup/restore.ts';
import { type BusFlags, withJob } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { print, printResult } from '../terminal.ts';

type BackupFlags = BusFlags & { readonly json?: boolean };

export function backupCommand(program: Command): void {
  withOptions(
    program.command('backup').argument('<folder>', 'where to; it must not be there yet'),
    jobFolder(),
    config(),
    json(),
  )
    .description('labels, pictures, models, cameras and all that can’t be computed again, as plain files')
    .action(async (folder: string, flags: BackupFlags) => {
      const counts = await withJob(
        flags,
        ({ bus, meters, settings }) => backUp(folder, { bus, meters, cameras: settings.cameras.file }),
        {},
      );
      printResult(flags.json, counts, `${countText(counts)} are in ${folder}`);
    });
}

export function restoreCommand(program: Command): void {
  withOptions(
    program.command('restore').argument('<folder>', 'what `backup` wrote'),
    jobFolder('the job’s folder; made where it is not there'),
    config(),
    json(),
  )
    .description('bring a backup back, into a bus that is empty')
    .action(async (folder: string, flags: BackupFlags) => {
      const restored = await withJob(flags, ({ bus, meters }) => restore(folder, bus, meters), {
        create: true,
      });
      if (restored.cameras) print(`the table of cameras is ${restored.cameras}: cameras.file names it`);
      printResult(flags.json, restored, `${countText(restored)} are back`);
    });
}

function countText({ messages, objects }: BackupCounts): string {
  const parts = [
    `${messages['clips.jsonl']} clips’ events`,
    `${messages['tracks.jsonl']} labels of tracks`,
    `${messages['labels.jsonl']} decisions and drawings`,
    `${messages['images.jsonl']} pictures`,
    `${messages['dead.jsonl']} dead letters`,
    `${objects.models} files of models`,
    `${objects.datasets} datasets`,
  ];
  return parts.join(', ');
}
