import { Argument, type Command, Option } from 'commander';
import {
  findWeights,
  getWeights,
  isWeightsName,
  type WeightsName,
  weights,
} from '../../../domain/models/weights/weights.ts';
import { withOptions } from '../options.ts';
import { printResult, table } from '../terminal.ts';

const names = Object.keys(weights).filter(isWeightsName);

export function weightsCommand(program: Command): void {
  const command = program
    .command('weights')
    .description('pretrained weights: what training starts from, and what animals are followed with');
  command
    .command('list', { isDefault: true })
    .description('what is known, and where it is')
    .action(() => {
      const rows = names.map((name) => [name, weights[name].what, findWeights(name) ?? 'not here']);
      printResult(false, null, table(['name', 'what', 'where'], rows));
    });
  withOptions(
    command.command('get').addArgument(new Argument('<name>', 'which ones').choices(names)),
    new Option(
      '--from <path>',
      'take them from a file, or a folder of several, instead of their public address',
    ),
  )
    .description('put weights where every command finds them; their digest is checked')
    .action(async (name: WeightsName, { from }: { from?: string }) => {
      printResult(false, null, await getWeights(name, from));
    });
}
