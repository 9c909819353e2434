import { type Command, Option } from 'commander';
import { mebibytes } from '../../../runtime/disk.ts';
import { freeRoom, type KindRoom, roomByKind } from '../../jobs/garbage.ts';
import { recordingsFolder } from '../../results/job-folder.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

interface GcFlags extends BusFlags {
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

export function gcCommand(program: Command): void {
  withOptions(
    program.command('gc'),
    new Option('--dry-run', 'only say what would go'),
    jobFolder(),
    config(),
    json(),
  )
    .description('what is kept, by kind; frees what is over its budget (configuration: room), never a label')
    .action(async ({ dryRun = false, ...flags }: GcFlags) => {
      const kinds = await withBus(flags, async ({ bus, settings: { room } }) => {
        const recordings = process.env.NATS_URL ? undefined : recordingsFolder(flags.out);
        const found = await roomByKind(bus, { room, recordings });
        if (!dryRun) await freeRoom(found);
        return found;
      });
      const freed = kinds.map(({ frees, ...kind }) => ({
        ...kind,
        freed: frees.reduce((sum, { bytes }) => sum + bytes, 0),
        what: frees.map(({ name }) => name),
      }));
      printResult(flags.json, { dryRun, kinds: freed }, gcText(kinds, dryRun));
    });
}

function gcText(kinds: readonly KindRoom[], dryRun: boolean): string {
  const rows = kinds.map(({ kind, bytes, budget, rule, frees }) => [
    kind,
    mib(bytes),
    budget === null ? '-' : mib(budget),
    frees.length === 0 ? '-' : mib(frees.reduce((sum, freeable) => sum + freeable.bytes, 0)),
    rule,
  ]);
  const headings = ['kind', 'MiB', 'budget', dryRun ? 'would go' : 'freed', 'what frees it'];
  const names = kinds.flatMap(({ kind, frees }) =>
    frees.map(
      ({ name, bytes }) => `${dryRun ? 'would free' : 'freed'} ${kind}: ${name}, ${mebibytes(bytes)}`,
    ),
  );
  return [table(headings, rows), ...names].join('\n');
}

function mib(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(1);
}
