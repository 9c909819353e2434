import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Command, Option } from 'commander';
import { type ExplainJob, explainMethods, mapColours } from '../../../../schemas/explain-job.ts';
import { Image } from '../../../../schemas/image.ts';
import { sheetOf } from '../../../../stages/explainer/figure/sheet.ts';
import { cropRegion } from '../../../domain/datasets/crops.ts';
import { uniqueStems } from '../../../domain/formats/file-name.ts';
import { type ModelFiles, readModelFolder } from '../../../domain/models/files.ts';
import { type ModelCard, readModelCard } from '../../../domain/models/model-card.ts';
import { storeModel } from '../../../domain/models/registry.ts';
import { type Box, scale } from '../../../domain/vision/box.ts';
import { decodeImage, encodeJpeg, scaleToFit } from '../../../domain/vision/image.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { outgoing } from '../../../runtime/bus/envelope.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { type ExplainInput, framesOf, labelsOfClip, picturesAt } from '../../jobs/explain-inputs.ts';
import { explain } from '../../jobs/jobs.ts';
import { noMeters } from '../../jobs/progress.ts';
import { Workplace } from '../../jobs/workplace.ts';
import { type ExplainRow, renderExplainPage } from '../../report/explain-page.ts';
import { bringRecords, keepRecords } from '../../results/sanity-records.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { give, say, terminalMeters } from '../terminal.ts';

interface ExplainFlags {
  readonly model?: string;
  readonly method: ExplainJob['method'];
  readonly class?: string;
  readonly layer?: string;
  readonly colours?: NonNullable<ExplainJob['colours']>;
  readonly measure?: boolean;
  readonly truth?: string;
  readonly clip?: string;
  readonly frames: string;
  readonly dir?: string;
  readonly out: string;
  readonly config?: string;
  readonly json?: boolean;
}

type Result =
  | { readonly image: string; readonly failure: string }
  | (Omit<ExplainRow, 'overlay'> & { readonly overlay: string });

const longestSide = 1280;

export function explainCommand(program: Command): void {
  program
    .command('explain')
    .argument('[image...]', 'pictures, or folders of pictures')
    .option('--model <folder>', 'the detector or classifier to ask (default with --dir: the run’s)')
    .addOption(
      new Option('--method <name>', 'how the map is made').choices(explainMethods).default('gradcam'),
    )
    .option('--class <name>', 'the class asked about (default: the predicted one)')
    .option('--layer <name>', 'the layer whose maps are used (default: the last before the answer)')
    .addOption(new Option('--colours <name>', 'colours of the map (default: jet)').choices(mapColours))
    .option('--measure', 'measure deletion, insertion and ROAD (default for classifiers)')
    .option('--no-measure', 'leave that out: some 120 runs of the network less')
    .option('--truth <label>', 'the true label (default: the picture’s folder, if it is called like a class)')
    .option('--dir <folder>', 'what `shika run` left, for labels of a clip')
    .option('--clip <name>', 'the clip whose labels are explained')
    .option('--frames <list>', 'the frames of these labels', '0')
    .option('--out <folder>', 'where figures go', '.')
    .option('--config <file>', 'configuration file')
    .option('--json', 'print the result as JSON on the last line')
    .description('why a model sees what it sees, and whether to trust that')
    .action(async (paths: string[], flags: ExplainFlags) => {
      const folder = modelFolder(flags);
      const model = await readModelFolder(folder);
      const inputs = await inputsOf(paths, flags, model);
      const results = await explainAll(inputs, flags, folder, model);
      await writeOverview(results, flags);
      const good = results.flatMap((one) => ('figure' in one ? [one] : []));
      give(
        flags.json ?? false,
        results.map((one) => ('figure' in one ? { ...one, figure: join(flags.out, one.figure) } : one)),
        good.map(({ figure, says }) => `${join(flags.out, figure)}: ${says}`).join('\n'),
      );
      if (good.length < results.length) process.exitCode = good.length === 0 ? EXIT.failed : EXIT.partial;
    });
}

/** @throws UsageError where none is given and the run has none */
function modelFolder({ model, dir }: ExplainFlags): string {
  const left = dir === undefined ? [] : ['main', 'pre'].map((name) => join(dir, 'models', name));
  const folder = model ?? left.find((one) => existsSync(one));
  if (folder === undefined)
    throw new UsageError('no model to ask', { expected: '--model, or --dir of a run' });
  return folder;
}

async function inputsOf(
  paths: readonly string[],
  flags: ExplainFlags,
  model: ModelFiles,
): Promise<ExplainInput[]> {
  const { clip, dir, frames } = flags;
  if ((clip === undefined) !== (dir === undefined)) {
    throw new UsageError('labels of a clip need both --clip and --dir', {
      expected: 'what `shika run` left',
    });
  }
  const { classes } = readModelCard(model);
  const labels = clip && dir ? await labelsOfClip(dir, clip, framesOf(frames)) : [];
  const inputs = [...labels, ...(await picturesAt(paths, classes))];
  if (inputs.length === 0)
    throw new UsageError('nothing to explain', { expected: 'pictures, folders or --clip' });
  const names = uniqueStems(inputs.map(({ name }) => `${name}.x`)); // `uniqueStems` takes an ending off
  return inputs.map((input, i) => ({ ...input, name: names[i]! }));
}

async function explainAll(
  inputs: readonly ExplainInput[],
  flags: ExplainFlags,
  folder: string,
  model: ModelFiles,
): Promise<Result[]> {
  const card = readModelCard(model);
  const { id, kind } = card;
  const measure = flags.measure ?? kind === 'classifier';
  const stopped = interruption();
  const meters = terminalMeters(false);
  const place = await Workplace.open({
    folder: mkdtempSync(join(tmpdir(), 'shika-explain-')),
    keep: false,
    processes: { explainer: 1 },
    env: {},
    bus: busOptions(readSettings(flags.config)),
    log: createLog('cli', 'warn'),
  });
  const { bus } = place;
  const results: Result[] = [];
  try {
    await storeModel(bus, id, model);
    await bringRecords(bus, folder, id);
    await mkdir(flags.out, { recursive: true });
    const signal = AbortSignal.any([stopped, place.failed]);
    const meter = meters.start('explaining');
    for (const [i, input] of inputs.entries()) {
      try {
        results.push(await explainOne(bus, input, { ...flags, measure }, card, signal));
      } catch (error) {
        signal.throwIfAborted();
        results.push({ image: input.path, failure: reasonOf(error) });
        say(`${input.path}: ${reasonOf(error)}`);
      }
      meter.update(i + 1, inputs.length);
    }
    await keepRecords(bus, folder, id);
    meter.done(`${results.filter((result) => 'figure' in result).length} of ${inputs.length} pictures`);
  } finally {
    meters.stop();
    await place.close();
  }
  return results;
}

async function explainOne(
  bus: Bus,
  { path, name, box, region, truth }: ExplainInput,
  flags: ExplainFlags,
  { id: model, kind }: ModelCard,
  signal: AbortSignal,
): Promise<Result> {
  const original = await decodeImage(await readFile(path), path);
  const raster = await scaleToFit(original, longestSide);
  const payload = await encodeJpeg(raster, 95);
  const clip = createHash('sha256').update(payload).digest('hex').slice(0, 16);
  const { width, height } = raster;
  await bus.publish(outgoing(Image, { clip, index: 0 }, { clip, index: 0, width, height }, { payload }));
  const factor = width / original.width;
  const { method, layer, colours, measure } = flags;
  const asked = {
    clip,
    index: 0,
    box: scaled(box, factor),
    // A classifier is shown what it learns from: the animal alone.
    region: scaled(kind === 'classifier' && box ? cropRegion(box, original) : region, factor),
    truth: flags.truth ?? truth,
    model,
    method,
    ...(flags.class ? { class: flags.class } : {}),
    ...(layer ? { layer } : {}),
    ...(colours ? { colours } : {}),
    ...(measure ? { measure } : {}),
  };
  const { job, figures, result } = await explain(bus, asked, noMeters.start(''), signal);
  const files = (await bus.objects.getFolder('explanations', job)) ?? new Map<string, Uint8Array>();
  for (const [file, content] of files) {
    await writeFile(join(flags.out, `${name}.${file === 'result.json' ? 'json' : file}`), content);
  }
  const { evidence = '', says = '' } = result;
  return {
    image: path,
    figure: `${name}.figure.png`,
    overlay: `${name}.overlay.png`,
    evidence,
    says,
    figures,
  };
}

function scaled(box: Box | null, factor: number): [number, number, number, number] | null {
  if (box === null) return null;
  const [x, y, w, h] = scale(box, factor);
  return [x, y, w, h];
}

/** `explain.html` and `contact-sheet.png`, where there is more than one picture to look over. */
async function writeOverview(results: readonly Result[], { out, method }: ExplainFlags): Promise<void> {
  if (results.length < 2) return;
  const rows: ExplainRow[] = [];
  for (const one of results) {
    if (!('figure' in one)) continue;
    rows.push({ ...one, overlay: new Uint8Array(await readFile(join(out, one.overlay))) });
  }
  const failures = results.flatMap((one) => ('failure' in one ? [one] : []));
  const page = await renderExplainPage({ title: `${method} of ${results.length} pictures`, rows, failures });
  await writeFile(join(out, 'explain.html'), page);
  if (rows.length === 0) return;
  const shots = rows.map(({ figure, overlay, evidence, says }) => ({
    picture: overlay,
    name: figure.replace(/\.figure\.png$/, ''),
    line: says.startsWith('do not trust') ? says : evidence,
    bad: says.startsWith('do not trust'),
  }));
  await writeFile(join(out, 'contact-sheet.png'), await sheetOf(shots));
}
