import { type Command, Option } from 'commander';
import { type ImportFormat, importFormats, importLabels } from '../../../domain/formats/import/index.ts';
import { probeClipFacts } from '../../../ingest/folders/clip-facts.ts';
import { writeImported } from '../../results/imported.ts';
import { json, repeated, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { printResult } from '../terminal.ts';

interface ImportFlags {
  readonly format: ImportFormat;
  readonly clip?: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

export function importCommand(program: Command): void {
  withOptions(
    program
      .command('import')
      .argument('<path>', 'what another tool wrote: a file, or for yolo and coco the folder'),
    new Option('--format <name>', 'what wrote it').choices(importFormats).makeOptionMandatory(),
    repeated(new Option('--clip <file>', 'clip that the labels belong to, again for more'), String),
    new Option('--out <folder>', 'where labels.csv (of clips) or a dataset (of pictures) goes').default(
      'shika-import',
    ),
    json(),
  )
    .description('labels of other tools: of clips as labels.csv, of pictures as a folder for --hand')
    .action(async (path: string, { format, clip = [], out, json }: ImportFlags) => {
      const outcome = new Outcome();
      const clips = await probeClipFacts(clip);
      outcome.note(clips.notes);
      outcome.leaveOut(clips.problems);
      const imported = await importLabels(format, path, clips.facts);
      const { labels, stills } = imported;
      outcome.leaveOut(imported.problems);
      await writeImported(out, imported);
      const result = { labels: labels.length, pictures: stills.length, leftOut: outcome.leftOut, out };
      const counts = `${result.labels} labels of clips, ${result.pictures} pictures, ${result.leftOut} left out`;
      printResult(json, result, `${counts}; in ${out}`);
      outcome.end();
    });
}
