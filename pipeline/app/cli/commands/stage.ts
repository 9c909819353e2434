import { Argument, type Command } from 'commander';
import { type StageEntry, type StageName, stageNames, stages } from '../../../../stages/index.ts';
import { createLog, type LogLevel } from '../../../runtime/log/log.ts';
import { runStage } from '../../../runtime/stage/run.ts';
import { busOptions, readSettings } from '../../settings.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { config, withOptions } from '../options.ts';

export function stageCommand(program: Command): void {
  const name = new Argument('<name>', 'which one').choices([...stageNames]);
  withOptions(program.command('stage').addArgument(name), config())
    .description('run one stage; NATS_URL says where its bus is')
    .action(async (name: StageName, flags: { config?: string }) => {
      process.title = `shika ${name}`;
      const settings = readSettings(flags.config);
      const { load }: StageEntry = stages[name];
      await runStage({
        stage: await load(),
        options: settings[name],
        bus: busOptions(settings),
        log: createLog(name, settings.log.level as LogLevel), // the schema of `log.level` lists the levels
        statsS: settings.log.statsS,
        metrics: settings.metrics,
        signal: interruption(),
      });
      process.exit(EXIT.ok);
    });
}
