import type { Command } from 'commander';
import { Bus } from '../../../runtime/bus/bus.ts';
import { createLog } from '../../../runtime/log/log.ts';
import { busBounds, busOptions, readSettings } from '../../settings.ts';
import { config, withOptions } from '../options.ts';
import { printResult } from '../terminal.ts';

export function busCommand(program: Command): void {
  const bus = program.command('bus').description('the bus that NATS_URL names');
  withOptions(bus.command('set-up'), config())
    .description('make its streams, bucket and stores what this version declares; stages wait for it')
    .action(async (flags: { config?: string }) => {
      const settings = readSettings(flags.config);
      const options = { ...busOptions(settings), name: 'setup', bounds: busBounds(settings) };
      const opened = await Bus.open(options, createLog('setup', 'info'));
      await opened.close();
      printResult(false, null, 'the bus is set up');
    });
}
