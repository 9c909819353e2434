import { type Command, Option } from 'commander';
import {
  DEFAULT_MIN_SCORE,
  type ImportFormat,
  importFormats,
  importLabels,
} from '../../../domain/formats/import/index.ts';
import { probeClipFacts } from '../../../ingest/folders/clip-facts.ts';
import { PoisonError } from '../../../runtime/errors.ts';
import { writeImported } from '../../results/imported.ts';
import { fraction, json, repeated, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { printResult } from '../terminal.ts';

interface ImportFlags {
  readonly format: ImportFormat | 'auto';
  readonly clip?: readonly string[];
  readonly pictures?: string;
  readonly minScore: number;
  readonly out: string;
  readonly json?: boolean;
}

export function importCommand(program: Command): void {
  withOptions(
    program.command('import').argument('<path>', 'what another tool wrote: a file, or a folder of a dataset'),
    new Option('--format <name>', 'what wrote it').choices(['auto', ...importFormats]).default('auto'),
    repeated(new Option('--clip <file>', 'clip that the labels belong to, again for more'), String),
    new Option('--pictures <folder>', 'where pictures are looked for first (else beside the labels)'),
    new Option('--min-score <score>', 'detections of MegaDetector below it are not taken')
      .argParser(fraction)
      .default(DEFAULT_MIN_SCORE),
    new Option('--out <folder>', 'where labels.csv (of clips) or a dataset (of pictures) goes').default(
      'shika-import',
    ),
    json(),
  )
    .description('labels of other tools: of clips as labels.csv, of pictures as a folder for --hand')
    .action(importFrom);
}

async function importFrom(path: string, flags: ImportFlags): Promise<void> {
  const { format, clip = [], pictures, minScore, out } = flags;
  const outcome = new Outcome();
  const clips = await probeClipFacts(clip);
  outcome.note(clips.notes);
  outcome.leaveOut(clips.problems);
  const imported = await importLabels(format, path, clips.facts, { pictures, minScore, outside: out });
  const { labels, stills } = imported;
  outcome.note(imported.notes);
  outcome.leaveOut(imported.problems);
  const leftOut = outcome.leftOut;
  if (labels.length + stills.length === 0) {
    throw new PoisonError(`nothing in ${path} can be used`, {
      found: leftOut === 0 ? `${imported.format} without a label` : `${leftOut} left out`,
      expected: 'labels of clips, or pictures with labels',
    });
  }
  await writeImported(out, imported);
  const empty = stills.filter(({ boxes }) => boxes.length === 0).length;
  const result = {
    format: imported.format,
    labels: labels.length,
    pictures: stills.length,
    empty,
    leftOut,
    out,
  };
  const counts = [
    `${labels.length} labels of clips`,
    `${stills.length} pictures (${empty} without an animal)`,
    `${leftOut} left out`,
  ];
  printResult(flags.json, result, `${imported.format}: ${counts.join(', ')}; in ${out}`);
  outcome.end();
}
