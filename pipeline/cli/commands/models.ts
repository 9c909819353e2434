import type { Command } from 'commander';
import { UsageError } from '../../errors.ts';
import { readDetectorCard } from '../../models/card.ts';
import { writeModelFolder } from '../../models/files.ts';
import { activate, activeModel, fetchModel, storedModels } from '../../models/registry.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, table } from '../terminal.ts';

export function modelsCommand(program: Command): void {
  const models = program.command('models').description('the models on the bus');
  withBusOptions(models.command('list', { isDefault: true }))
    .option('--json', 'print JSON')
    .description('models with their scores; the active one is marked')
    .action(async (flags: BusChoice & { json?: boolean }) => {
      const found = await withBus(flags, async (bus) => {
        const active = await activeModel(bus, 'detector');
        const cards = [];
        for (const id of await storedModels(bus)) cards.push(readDetectorCard(await fetchModel(bus, id)));
        return cards.map((card) => ({ ...card, active: card.id === active?.model }));
      });
      const rows = found
        .toSorted((a, b) => a.createdAt.localeCompare(b.createdAt))
        .map(({ id, active, recipe, network, classes, scores, trainedOn, createdAt }) => [
          `${active ? '*' : ' '} ${id}`,
          recipe,
          network,
          classes.join(','),
          trainedOn.examples,
          scores ? scores.ap50.toFixed(3) : '-',
          createdAt,
        ]);
      give(
        flags.json ?? false,
        found,
        table(['  model', 'recipe', 'network', 'classes', 'examples', 'AP50', 'made'], rows),
      );
    });
  withBusOptions(models.command('activate').argument('<model>'))
    .description('make a model the active one')
    .action(async (model: string, flags: BusChoice) => {
      await withBus(flags, async (bus) => {
        await fetchModel(bus, model);
        const current = await activeModel(bus, 'detector');
        if (!(await activate(bus, 'detector', model, 'by hand', current?.model ?? null))) {
          throw new UsageError('another model was made active meanwhile', { expected: 'to be asked again' });
        }
      });
      give(false, null, `${model} is active`);
    });
  withBusOptions(models.command('get').argument('<model>').argument('<folder>'))
    .description('write a model to a folder')
    .action(async (model: string, folder: string, flags: BusChoice) => {
      await withBus(flags, async (bus) => writeModelFolder(folder, await fetchModel(bus, model)));
      give(false, null, `${model} is in ${folder}`);
    });
}
