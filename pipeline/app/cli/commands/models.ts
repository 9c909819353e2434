import { type Command, Option } from 'commander';
import type { ModelDiffResult } from '../../../../stages/filter/bus/model-diffs.ts';
import { readModelFolder, writeModelFolder } from '../../../domain/models/files.ts';
import { type ModelCard, readModelCard } from '../../../domain/models/model-card.ts';
import { fetchModel } from '../../../domain/models/registry.ts';
import {
  activateByHand,
  listModels,
  putModel,
  type StoredModel,
} from '../../../domain/models/stored-models.ts';
import { diffModel } from '../../jobs/model-diff.ts';
import { type BusFlags, withBus, withJob } from '../bus-access.ts';
import { config, jobFolder, json, withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

export function modelsCommand(program: Command): void {
  const models = program.command('models').description('the models on the bus');
  withOptions(models.command('list', { isDefault: true }), jobFolder(), config(), json())
    .description('models with their scores; the active one of each kind is marked')
    .action(async (flags: BusFlags & { json?: boolean }) => {
      const found = await withBus(flags, ({ bus }) => listModels(bus));
      printResult(flags.json, found, listText(found));
    });
  withOptions(
    models.command('put').argument('<folder>', 'a model’s: models/main of a job, what `models get` wrote'),
    new Option('--activate', 'make it the active one of its kind, also where another one is'),
    jobFolder('the job’s folder; made where it is not there'),
    config(),
    json(),
  )
    .description('store a trained model, and make it the active one where none of its kind is')
    .action(put);
  withOptions(models.command('activate').argument('<model>', 'its id'), jobFolder(), config())
    .description('make a model the active one of its kind')
    .action(async (model: string, flags: BusFlags) => {
      const kind = await withBus(flags, ({ bus }) => activateByHand(bus, model));
      printResult(false, null, `${model} is the active ${kind}`);
    });
  withOptions(
    models.command('get').argument('<model>', 'its id').argument('<folder>', 'where to'),
    jobFolder(),
    config(),
  )
    .description('write a model to a folder')
    .action(async (model: string, folder: string, flags: BusFlags) => {
      await withBus(flags, async ({ bus }) => writeModelFolder(folder, await fetchModel(bus, model)));
      printResult(false, null, `${model} is in ${folder}`);
    });
  withOptions(models.command('diff').argument('<model>', 'its id'), jobFolder(), config(), json())
    .description('what a model would change in the labels of the job’s clips')
    .action(async (model: string, { json, ...flags }: BusFlags & { json?: boolean }) => {
      const needs = { stages: { detector: 1, decoder: 1 } };
      const { files, ...report } = await withJob(flags, (context) => diffModel(model, context), needs);
      const changes = report.changes.map((change) => ({ ...change, file: files.get(change.clip) ?? '' }));
      printResult(json, { ...report, changes }, diffText(report, changes));
    });
}

async function put(
  folder: string,
  { activate = false, json, ...flags }: BusFlags & { activate?: boolean; json?: boolean },
): Promise<void> {
  const files = await readModelFolder(folder);
  const { kind } = readModelCard(files); // before a bus is started for it
  const { card, active } = await withBus(flags, ({ bus }) => putModel(bus, files, activate), {
    create: true,
  });
  const isActive = active === card.id;
  const then = isActive
    ? `it is the active ${kind}`
    : `the active ${kind} is still ${active}; \`shika models activate ${card.id}\` changes that`;
  printResult(json, { model: card.id, kind, active: isActive }, `${card.id} is stored; ${then}`);
}

function listText(found: readonly StoredModel[]): string {
  const rows = found.map((card) => [
    `${card.active ? '*' : ' '} ${card.id}`,
    card.kind,
    card.recipe,
    networkText(card),
    card.classes.join(','),
    card.trainedOn.examples,
    scoreText(card),
    card.createdAt,
  ]);
  const headings = ['  model', 'kind', 'recipe', 'network', 'classes', 'examples', 'score', 'made'];
  return table(headings, rows);
}

const kinds = ['new', 'gone', 'moved'] as const;

type Change = ModelDiffResult['changes'][number] & { readonly file: string };

/** The clearest; `--json` gives all of them. */
const SHOWN = 40;

function diffText({ looked, frames, missing }: ModelDiffResult, changes: readonly Change[]): string {
  const counts = kinds.map((kind) => `${changes.filter((change) => change.kind === kind).length} ${kind}`);
  const lost = missing > 0 ? `; ${missing} more could not be had` : '';
  const summary = `${counts.join(', ')}, on ${looked} of ${frames} frames that were looked at${lost}`;
  if (changes.length === 0) return summary;
  const box = (numbers: readonly number[] | null) => numbers?.map(Math.round).join(' ') ?? '';
  const rows = changes
    .slice(0, SHOWN)
    .map(({ kind, file, index, track, before, after, strength }) => [
      ...[kind, file, index, track ?? '', box(before), box(after)],
      strength.toFixed(2),
    ]);
  const more = changes.length > SHOWN ? [`and ${changes.length - SHOWN} more`] : [];
  const headings = ['change', 'file', 'frame', 'track', 'before', 'after', 'clear'];
  return [table(headings, rows), ...more, summary].join('\n');
}

function networkText(card: ModelCard): string {
  return card.kind === 'detector' && card.verifier ? `${card.network}, verifier` : card.network;
}

function scoreText({ kind, scores }: ModelCard): string {
  if (!scores) return '-';
  return kind === 'detector'
    ? `AP50 ${scores.ap50.toFixed(3)}`
    : `${(100 * scores.accuracy).toFixed(1)} % right`;
}
