import type { Command } from 'commander';
import { stages } from '../../../../stages/index.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { createLog, type LogLevel } from '../../../runtime/log/log.ts';
import { runStage } from '../../../runtime/stage/run.ts';
import type { StageName } from '../../../runtime/stage/stage.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { interruption } from '../interrupt.ts';

export function stageCommand(program: Command): void {
  program
    .command('stage')
    .argument('<name>', Object.keys(stages).join(', '))
    .option('--config <file>', 'configuration file')
    .description('run one stage; NATS_URL says where its bus is')
    .action(async (name: string, { config }: { config?: string }) => {
      if (!isStage(name))
        throw new UsageError(`no stage ${name}`, { expected: Object.keys(stages).join(', ') });
      process.title = `shika ${name}`;
      const settings = readSettings(config);
      await runStage({
        stage: await stages[name](),
        options: settings[name],
        bus: busOptions(settings),
        log: createLog(name, settings.log.level as LogLevel),
        statsS: settings.log.statsS,
        signal: interruption(),
      });
      process.exit(0);
    });
}

function isStage(name: string): name is StageName {
  return Object.hasOwn(stages, name);
}
