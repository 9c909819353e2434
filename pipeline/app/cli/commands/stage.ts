import { Argument, type Command } from 'commander';
import { stages } from '../../../../stages/index.ts';
import { createLog, type LogLevel } from '../../../runtime/log/log.ts';
import { runStage } from '../../../runtime/stage/run.ts';
import type { StageName } from '../../../runtime/stage/stage.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { config, withOptions } from '../options.ts';

export function stageCommand(program: Command): void {
  const name = new Argument('<name>', 'which one').choices(Object.keys(stages));
  withOptions(program.command('stage').addArgument(name), config())
    .description('run one stage; NATS_URL says where its bus is')
    .action(async (stage: StageName, flags: { config?: string }) => {
      process.title = `shika ${stage}`;
      const settings = readSettings(flags.config);
      await runStage({
        stage: await stages[stage](),
        options: settings[stage],
        bus: busOptions(settings),
        log: createLog(stage, settings.log.level as LogLevel), // the schema of `log.level` lists the levels
        statsS: settings.log.statsS,
        signal: interruption(),
      });
      process.exit(EXIT.ok);
    });
}
