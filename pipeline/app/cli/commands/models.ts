import { type Command, Option } from 'commander';
import { readModelFolder, writeModelFolder } from '../../../domain/models/files.ts';
import { type ModelCard, readModelCard } from '../../../domain/models/model-card.ts';
import { fetchModel } from '../../../domain/models/registry.ts';
import {
  activateByHand,
  listModels,
  putModel,
  type StoredModel,
} from '../../../domain/models/stored-models.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
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

function networkText(card: ModelCard): string {
  return card.kind === 'detector' && card.verifier ? `${card.network}, verifier` : card.network;
}

function scoreText({ kind, scores }: ModelCard): string {
  if (!scores) return '-';
  return kind === 'detector'
    ? `AP50 ${scores.ap50.toFixed(3)}`
    : `${(100 * scores.accuracy).toFixed(1)} % right`;
}
