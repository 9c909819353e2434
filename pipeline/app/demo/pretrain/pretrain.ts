/**
 * Makes `shika-tiny`, the weights that training starts from where no others are at hand: the tiny network, trained from
 * random on pictures of many rendered sites. What it leaves is committed to `pipeline/domain/models/weights/`.
 *
 *     node pipeline/app/demo/pretrain/pretrain.ts --out FOLDER [--minutes 60 | --steps N] [--sites 300] [--threads N]
 *         [--start shika-tiny.bin]
 *
 * `--start` goes on from weights that it made before, gently and on other sites. The number of steps is in the card: with
 * the same `--steps` and `--sites` the same weights come of it on wasm.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { availableParallelism, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { DetectorExample } from '../../../../stages/trainer/detector/example.ts';
import type { DetectorRecipe } from '../../../../stages/trainer/detector/recipe.ts';
import { trainDetector } from '../../../../stages/trainer/detector/train.ts';
import { openBackend } from '../../../domain/models/backend/backend.ts';
import { evaluate, networkAsDetector } from '../../../domain/models/detector/evaluate.ts';
import { detectorStrides } from '../../../domain/models/detector/network.ts';
import { decodeShikaTiny, encodeShikaTiny, shikaTiny } from '../../../domain/models/detector/shika-tiny.ts';
import { modelFromFiles } from '../../../domain/models/files.ts';
import type { StillSet } from '../stills.ts';
import { renderSites } from './render-sites.ts';

/** The demo's sites have the seeds 1, 2, 3 …; these never meet them, and no two sites share a noise. */
const siteSeeds = { trained: 1_000_000, trainedOn: 2_000_000, heldOut: 9_000_000, apart: 100 };
const trainedSet: StillSet = { stills: 16, infrared: 3, blank: 2 };
const heldOutSet: StillSet = { stills: 8, infrared: 1, blank: 1 };
const heldOutSites = 12;
const seed = 1;
const batch = 32;
const trialSteps = 24;
/** Seconds kept back: for the last scores and the files, to decode a picture, and for being slower than in the trial. */
const reserve = { seconds: 25, perPicture: 0.006, share: 0.1 };

const { values: flags } = parseArgs({
  options: {
    out: { type: 'string' },
    minutes: { type: 'string', default: '60' },
    steps: { type: 'string' },
    sites: { type: 'string', default: '300' },
    threads: { type: 'string', default: `${availableParallelism()}` },
    resume: { type: 'string' },
    start: { type: 'string' },
  },
});
const { out = 'shika-tiny' } = flags;
const [minutes, sites, threads] = [Number(flags.minutes), Number(flags.sites), Number(flags.threads)];
const began = performance.now();
const seconds = () => (performance.now() - began) / 1000;
const print = (line: string) => process.stderr.write(`${seconds().toFixed(0)} s: ${line}\n`);

await mkdir(out, { recursive: true });
const firstSite = flags.start === undefined ? siteSeeds.trained : siteSeeds.trainedOn;
const label = shikaTiny.classes[0];
const seedsOf = (first: number, count: number) =>
  Array.from({ length: count }, (_, i) => first + i * siteSeeds.apart);
const heldOut = await renderSites(seedsOf(siteSeeds.heldOut, heldOutSites), heldOutSet, label, threads);
const examples = await renderSites(seedsOf(firstSite, sites), trainedSet, label, threads);
print(`${examples.length} pictures of ${sites} sites, ${heldOut.length} to score on`);
await openBackend('wasm');
const steps = flags.steps === undefined ? await stepsInTime() : Number(flags.steps);
print(`${steps} steps of ${batch} views on ${threads} threads`);

const resume = flags.resume === undefined ? undefined : new Uint8Array(await readFile(flags.resume));
const trained = await training(examples, heldOut, steps, Math.max(1, Math.round(steps / 12)), {
  ...(resume && { resume }),
  onCheckpoint: (bytes: () => Uint8Array) => replace('checkpoint.bin', bytes()),
});
const model = await modelFromFiles(trained.files);
const weights = encodeShikaTiny(model);
// Scored as they will be read: rounded.
const { side, classes, network } = shikaTiny;
const reading = { side, outputs: classes, strides: detectorStrides[network] };
const scores = await evaluate(networkAsDetector(decodeShikaTiny(weights), reading), heldOut);
const { images, ap50, ap50_95, meanIoU, recall } = scores;
const before = await cardOfStart();
const card = {
  what: 'the tiny detector, trained from random on deer that Shika renders itself; to start training from',
  licence: 'Apache-2.0',
  madeBy: [
    ...before.madeBy,
    `node pipeline/app/demo/pretrain/pretrain.ts --steps ${steps} --sites ${sites}${flags.start === undefined ? '' : ' --start shika-tiny.bin'}`,
  ],
  sha256: createHash('sha256').update(weights).digest('hex'),
  ...shikaTiny,
  trainedOn: [
    ...before.trainedOn,
    { sites, pictures: examples.length, firstSiteSeed: firstSite, seed, steps, batch },
  ],
  heldOut: { sites: heldOutSites, firstSiteSeed: siteSeeds.heldOut, images, ap50, ap50_95, meanIoU, recall },
};
await replace('shika-tiny.bin', weights);
await replace('shika-tiny.json', `${JSON.stringify(card, null, 2)}\n`);
print(JSON.stringify(card));
process.exit(0); // threads of pictures may still be warm

type Hooks = Pick<Parameters<typeof trainDetector>[0], 'resume' | 'onCheckpoint'>;

function training(
  on: readonly DetectorExample[],
  scoredOn: readonly DetectorExample[],
  count: number,
  evaluateEvery: number,
  hooks: Hooks = {},
  onSeconds: (seconds: number) => void = () => undefined,
) {
  const changes: Partial<DetectorRecipe> = {
    phases: [{ part: 'all', steps: count, rate: flags.start === undefined ? 3e-3 : 1.5e-3 }],
    batch,
    mix: { region: 0.5, mosaic: 0.1, colour: 0.5 },
    averaging: 0.995,
    startShare: 0,
    evaluateEvery,
  };
  return trainDetector({
    examples: on,
    heldOut: scoredOn,
    classes: [...shikaTiny.classes],
    start: flags.start === undefined ? { kind: 'random' } : { kind: 'shika-tiny', path: flags.start },
    network: shikaTiny.network,
    recipe: 'pre',
    seed,
    threads,
    pictureMemory: totalmem() / 4,
    changes,
    ...hooks,
    onProgress: ({ step, loss, heldOut: scored, seconds }) => {
      onSeconds(seconds);
      const { ap50 = 0, ap50_95 = 0, meanIoU = 0 } = scored ?? {};
      const figures = [loss.total, ap50, ap50_95, meanIoU].map((figure) => figure.toFixed(3));
      print(`step ${step}: loss ${figures[0]}, AP50 ${figures[1]}, AP50:95 ${figures[2]}, IoU ${figures[3]}`);
    },
  });
}

/** As many steps as the time allows, by a trial of a few on pictures that are decoded once. */
async function stepsInTime(): Promise<number> {
  const ends: number[] = [];
  const few = examples.slice(0, 2 * batch);
  await training(few, [], trialSteps, trialSteps / 3, {}, (end) => ends.push(end));
  const perStep = (ends.at(-1)! - ends[0]!) / (trialSteps - trialSteps / 3);
  const left = minutes * 60 - seconds() - reserve.seconds - reserve.perPicture * examples.length;
  print(`${perStep.toFixed(3)} s a step, ${left.toFixed(0)} s left`);
  return Math.max(trialSteps, Math.floor((left * (1 - reserve.share)) / perStep));
}

/** What made the weights that are gone on from, as the card beside them says. */
async function cardOfStart(): Promise<Record<'madeBy' | 'trainedOn', unknown[]>> {
  if (flags.start === undefined) return { madeBy: [], trainedOn: [] };
  return JSON.parse(await readFile(flags.start.replace(/\.bin$/, '.json'), 'utf8')); // this script wrote it
}

async function replace(name: string, contents: string | Uint8Array): Promise<void> {
  const path = join(out, name);
  await writeFile(`${path}.part`, contents);
  await rename(`${path}.part`, path);
}
