import type { Command } from 'commander';
import { type ClipLedger, clipLedger } from '../../../domain/labels/ledger.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { EXIT } from '../exit.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { printResult } from '../terminal.ts';

export function ledgerCommand(program: Command): void {
  withOptions(program.command('ledger').argument('<clip>', 'id or file name'), jobFolder(), config(), json())
    .description('what became of every frame of a clip')
    .action(async (name: string, flags: BusFlags & { json?: boolean }) => {
      const found = await withBus(flags, ({ bus }) => clipLedger(bus, name));
      printResult(flags.json, found, ledgerText(found));
      if (!found.addsUp) process.exitCode = EXIT.failed;
    });
}

function ledgerText({ file, clip, state, reason, ledger, damage, addsUp }: ClipLedger): string {
  const { decoded, labelled, empty, skipped, dead } = ledger;
  const skips = Object.entries(skipped).map(([why, count]) => `${count} skipped (${why})`);
  const sum = [
    `${labelled} labelled`,
    `${empty} without an animal`,
    ...(skips.length > 0 ? skips : ['0 skipped']),
    `${dead} dead`,
  ];
  return [
    `${file} (${clip}): ${state}${reason ? `: ${reason}` : ''}`,
    `${decoded} frames = ${sum.join(' + ')}${addsUp ? '' : '  DOES NOT ADD UP'}`,
    ...(damage ? [`the file is damaged: ${damage.what}`] : []),
  ].join('\n');
}
