import type { Command } from 'commander';
import type { ModelKind } from '../../../../schemas/terms.ts';
import { writeModelFolder } from '../../../domain/models/files.ts';
import { type ModelCard, readModelCard } from '../../../domain/models/model-card.ts';
import { activate, activeModel, fetchModel, storedModels } from '../../../domain/models/registry.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, table } from '../terminal.ts';

const kinds: readonly ModelKind[] = ['detector', 'classifier'];

export function modelsCommand(program: Command): void {
  const models = program.command('models').description('the models on the bus');
  withBusOptions(models.command('list', { isDefault: true }))
    .option('--json', 'print JSON')
    .description('models with their scores; the active one of each kind is marked')
    .action(async (flags: BusChoice & { json?: boolean }) => {
      const found = await withBus(flags, async (bus) => {
        const active = new Set<string | undefined>();
        for (const kind of kinds) active.add((await activeModel(bus, kind))?.model);
        const cards: ModelCard[] = [];
        for (const id of await storedModels(bus)) cards.push(readModelCard(await fetchModel(bus, id)));
        return cards.map((card) => ({ ...card, active: active.has(card.id) }));
      });
      const rows = found
        .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
        .map((card) => [
          `${card.active ? '*' : ' '} ${card.id}`,
          card.kind,
          card.recipe,
          networkOf(card),
          card.classes.join(','),
          card.trainedOn.examples,
          scoreOf(card),
          card.createdAt,
        ]);
      give(
        flags.json ?? false,
        found,
        table(['  model', 'kind', 'recipe', 'network', 'classes', 'examples', 'score', 'made'], rows),
      );
    });
  withBusOptions(models.command('activate').argument('<model>'))
    .description('make a model the active one of its kind')
    .action(async (model: string, flags: BusChoice) => {
      const kind = await withBus(flags, async (bus) => {
        const { kind } = readModelCard(await fetchModel(bus, model));
        const current = await activeModel(bus, kind);
        if (!(await activate(bus, kind, model, 'by hand', current?.model ?? null))) {
          throw new UsageError('another model was made active meanwhile', { expected: 'to be asked again' });
        }
        return kind;
      });
      give(false, null, `${model} is the active ${kind}`);
    });
  withBusOptions(models.command('get').argument('<model>').argument('<folder>'))
    .description('write a model to a folder')
    .action(async (model: string, folder: string, flags: BusChoice) => {
      await withBus(flags, async (bus) => writeModelFolder(folder, await fetchModel(bus, model)));
      give(false, null, `${model} is in ${folder}`);
    });
}

function networkOf(card: ModelCard): string {
  return card.kind === 'detector' && card.verifier ? `${card.network}, verifier` : card.network;
}

function scoreOf({ kind, scores }: ModelCard): string {
  if (!scores) return '-';
  return kind === 'detector'
    ? `AP50 ${scores.ap50.toFixed(3)}`
    : `${(100 * scores.accuracy).toFixed(1)} % right`;
}
