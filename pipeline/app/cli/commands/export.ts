import { type Command, Option } from 'commander';
import { fetchPicture } from '../../../domain/datasets/store.ts';
import { type ExportFormat, exportFormats, exportLabels } from '../../../domain/formats/export/index.ts';
import type { ClipFacts, LabelRow } from '../../../domain/formats/label-row.ts';
import { labelsOf, trackedClips } from '../../../domain/labels/labels.ts';
import { labelRows } from '../../results/outputs.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, say } from '../terminal.ts';

export function exportCommand(program: Command): void {
  withBusOptions(program.command('export'))
    .addOption(
      new Option('--format <name>', 'what other tools read')
        .choices([...exportFormats])
        .makeOptionMandatory(),
    )
    .requiredOption('--out <folder>', 'where the files go')
    .option('--json', 'print the result as JSON on the last line')
    .description('labels as other tools read them; rejected ones only in csv')
    .action(async (flags: BusChoice & { format: ExportFormat; out: string; json?: boolean }) => {
      const result = await withBus(flags, async (bus) => {
        const labels: LabelRow[] = [];
        const clips: ClipFacts[] = [];
        for (const { clip, file, width, height, fps, camera, ledger } of await trackedClips(bus)) {
          clips.push({ clip, file, width, height, fps, camera, frames: ledger.decoded });
          labels.push(...labelRows(file, await labelsOf(bus, clip)));
        }
        const picture = (clip: string, frame: number) => fetchPicture(bus, { clip, index: frame });
        return exportLabels(flags.format, { labels, clips, picture }, flags.out);
      });
      for (const warning of result.warnings) say(warning);
      give(flags.json ?? false, result, `${result.files.length} files in ${flags.out}`);
    });
}
