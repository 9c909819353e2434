import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { writeDataset } from '../../../domain/formats/dataset.ts';
import { type ImportFormat, importFormats, importLabels } from '../../../domain/formats/import/index.ts';
import type { ClipFacts } from '../../../domain/formats/label-row.ts';
import { writeLabels } from '../../../domain/formats/labels-csv.ts';
import { probeClip } from '../../../domain/vision/video-probe.ts';
import { identifyClips, listClips } from '../../../ingest/folders/clip-input.ts';
import { EXIT } from '../exit.ts';
import { repeat } from '../repeat.ts';
import { give, say } from '../terminal.ts';

interface ImportFlags {
  readonly format: ImportFormat;
  readonly clip: readonly string[];
  readonly out: string;
  readonly json?: boolean;
}

export function importCommand(program: Command): void {
  program
    .command('import')
    .argument('<path>', 'what another tool wrote: a file, or for yolo and coco the folder')
    .addOption(
      new Option('--format <name>', 'what wrote it').choices([...importFormats]).makeOptionMandatory(),
    )
    .option('--clip <file>', 'clip that the labels belong to, again for more', repeat, [])
    .option('--out <folder>', 'where labels.csv (of clips) or a dataset (of pictures) goes', 'shika-import')
    .option('--json', 'print the result as JSON on the last line')
    .description('labels of other tools: of clips as labels.csv, of pictures as a folder for --hand')
    .action(async (path: string, { format, clip, out, json }: ImportFlags) => {
      const { labels, stills, problems } = await importLabels(format, path, await factsOf(clip));
      for (const { message } of problems) say(`left out: ${message}`);
      await mkdir(out, { recursive: true });
      if (labels.length > 0) await writeLabels(join(out, 'labels.csv'), labels);
      if (stills.length > 0) {
        const items = stills.map((still) => ({
          ...still,
          split: 'train' as const,
          jpeg: () => readFile(still.path),
        }));
        await writeDataset(join(out, 'dataset'), items);
      }
      const text = `${labels.length} labels of clips, ${stills.length} pictures, ${problems.length} left out; in ${out}`;
      give(
        json ?? false,
        { labels: labels.length, pictures: stills.length, leftOut: problems.length, out },
        text,
      );
      if (problems.length > 0) process.exitCode = EXIT.partial;
    });
}

async function factsOf(paths: readonly string[]): Promise<ClipFacts[]> {
  const facts: ClipFacts[] = [];
  for (const { path, file, clip, camera } of await identifyClips(listClips(paths))) {
    const { width, height, fps, durationS, frames } = await probeClip(path);
    facts.push({ clip, file, camera, width, height, fps, frames: frames ?? Math.round(durationS * fps) });
  }
  return facts;
}
