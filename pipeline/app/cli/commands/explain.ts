import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { explainMethods, mapColours } from '../../../../schemas/explain-job.ts';
import { readModelFolder } from '../../../domain/models/files.ts';
import { readModelCard } from '../../../domain/models/model-card.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { findExplainInputs } from '../../jobs/explain-inputs.ts';
import { type ExplainHow, explainPictures } from '../../jobs/explain-pictures.ts';
import { explanationsFolder, modelFolder } from '../../results/job-folder.ts';
import { type ExplainedPicture, writePictureExplanations } from '../../results/picture-explanations.ts';
import { storeSanityRecords, writeSanityRecords } from '../../results/sanity-records.ts';
import { type JobContext, withJobFolder, withPipeline } from '../bus-access.ts';
import { clip, config, frameList, jobFolder, json, withOptions } from '../options.ts';
import { Outcome } from '../outcome.ts';
import { print, printResult } from '../terminal.ts';

interface ExplainFlags extends ExplainHow {
  readonly model?: string;
  readonly clip?: string;
  readonly frames: readonly number[];
  readonly out: string;
  readonly to?: string;
  readonly config?: string;
  readonly json?: boolean;
}

export function explainCommand(program: Command): void {
  withOptions(
    program.command('explain').argument('[image...]', 'pictures, or folders of pictures'),
    new Option(
      '--model <folder>',
      'the detector or classifier that is asked (default: main or pre of the job in --out)',
    ),
    new Option('--method <name>', 'how the map is made').choices(explainMethods).default('gradcam'),
    new Option('--class <name>', 'the class asked about (default: the predicted one)'),
    new Option('--layer <name>', 'the layer whose maps are used (default: the last before the answer)'),
    new Option('--colours <name>', 'colours of the map (default: jet)').choices(mapColours),
    new Option('--measure', 'measure deletion, insertion and ROAD (default for classifiers)'),
    new Option('--no-measure', 'leave that out: some 120 runs of the network less'),
    new Option(
      '--truth <label>',
      'the true label (default: the picture’s folder, if it is called like a class)',
    ),
    clip('a clip of the job in --out: its labels are explained'),
    new Option('--frames <list>', 'the frames of these labels').argParser(frameList).default([0], '0'),
    jobFolder('the job’s folder, or where figures of pictures go'),
    new Option('--to <folder>', 'where figures go (default: --out; of labels, explanations/ in it)'),
    config(),
    json(),
  )
    .description('why a model sees what it sees, and whether to trust that')
    .action(async (paths: string[], flags: ExplainFlags) => {
      const pictures = await explain(paths, flags);
      printResult(flags.json, pictures, explanationsText(pictures));
      new Outcome().end(pictures);
    });
}

async function explain(paths: readonly string[], flags: ExplainFlags): Promise<ExplainedPicture[]> {
  const { clip, frames, out, config, method } = flags;
  const asked = modelAsked(flags);
  const model = await readModelFolder(asked);
  const { id, classes } = readModelCard(model);
  const labels = clip === undefined ? {} : { labels: { jobFolder: out, clip, frames } };
  const inputs = await findExplainInputs({ paths, classes, ...labels });
  const { to = clip === undefined ? out : explanationsFolder(out) } = flags;
  const work = async (context: JobContext) => {
    const { bus } = context;
    await storeSanityRecords(bus, asked, id);
    const explained = explainPictures(inputs, model, flags, context);
    const title = `${method} of ${inputs.length} pictures`;
    const pictures = await writePictureExplanations(bus, to, explained, title);
    // Somebody else's model may lie where nobody may write.
    await writeSanityRecords(bus, asked, id).catch((error: unknown) =>
      print(`what was found of the method can’t be kept in ${asked}: ${reasonOf(error)}`),
    );
    return pictures;
  };
  const busFolder = mkdtempSync(join(tmpdir(), 'shika-explain-'));
  return withJobFolder({ out: busFolder, config }, (folder) =>
    withPipeline({ config, folder, stages: { explainer: 1 } }, work),
  ).finally(() => rmSync(busFolder, { recursive: true, force: true }));
}

/** @throws UsageError where none is given and the job has none */
function modelAsked({ model, out }: ExplainFlags): string {
  const folder = model ?? ['main', 'pre'].map((name) => modelFolder(out, name)).find(existsSync);
  if (folder !== undefined) return folder;
  throw new UsageError('no model to ask', { expected: '--model, or --out with the folder of a job' });
}

function explanationsText(pictures: readonly ExplainedPicture[]): string {
  return pictures
    .flatMap((picture) => ('figure' in picture ? [`${picture.figure}: ${picture.says}`] : []))
    .join('\n');
}
