import type { Command } from 'commander';
import {
  findWeights,
  getWeights,
  isWeightsName,
  type WeightsFile,
  weights,
} from '../../../domain/models/weights/weights.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { give, table } from '../terminal.ts';

export function weightsCommand(program: Command): void {
  const command = program.command('weights').description('pretrained weights that training may start from');
  command
    .command('list', { isDefault: true })
    .description('what is known, and where it is')
    .action(() => {
      const known: [string, WeightsFile][] = Object.entries(weights);
      const rows = known.map(([name, { what }]) => [
        name,
        what,
        (isWeightsName(name) && findWeights(name)) || 'not here',
      ]);
      give(false, null, table(['name', 'what', 'where'], rows));
    });
  command
    .command('get')
    .argument('<name>', Object.keys(weights).join(', '))
    .option('--from <file>', 'take it from a file instead of its public address')
    .description('put weights where every command finds them; their digest is checked')
    .action(async (name: string, { from }: { from?: string }) => {
      if (!isWeightsName(name))
        throw new UsageError(`no weights ${name}`, { expected: Object.keys(weights).join(', ') });
      give(false, null, await getWeights(name, from));
    });
}
