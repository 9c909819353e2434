import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type ExportFormat, exportFormats } from '../../../domain/formats/export/index.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import { exportAllLabels } from '../../results/labels.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { print, printResult } from '../terminal.ts';

interface ExportFlags extends BusFlags {
  readonly format: ExportFormat;
  readonly to?: string;
  readonly json?: boolean;
}

export function exportCommand(program: Command): void {
  withOptions(
    program.command('export'),
    new Option('--format <name>', 'what other tools read').choices(exportFormats).makeOptionMandatory(),
    new Option('--to <folder>', 'where the files go (default: export/<format> in --out)'),
    jobFolder(),
    config(),
    json(),
  )
    .description('labels as other tools read them; rejected ones only in csv')
    .action(async (flags: ExportFlags) => {
      const { format, out, to = join(out, 'export', format) } = flags;
      const result = await withBus(flags, async ({ bus, settings }) => {
        const { cameras } = await readCameraKnowledge(settings.cameras);
        const { intervalS } = settings.events;
        return exportAllLabels(bus, format, to, { cameras, intervalS, replace: flags.to === undefined });
      });
      for (const warning of result.warnings) print(warning);
      printResult(flags.json, result, `${result.files.length} files in ${to}`);
    });
}
