import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { prettyFactory } from 'pino-pretty';
import { stateFolder } from '../../../ingest/folders/clip-input.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { DEFAULT_FOLDER } from '../bus-access.ts';

export function logsCommand(program: Command): void {
  program
    .command('logs')
    .argument('[stage...]', 'default: all')
    .option('--dir <folder>', 'folder of the `shika run` or `shika up` that is meant', DEFAULT_FOLDER)
    .description('the stages’ logs, readable')
    .action(async (names: string[], { dir }: { dir: string }) => {
      const folder = join(stateFolder(dir), 'logs');
      if (!existsSync(folder))
        throw new UsageError(`${dir} has no logs`, {
          expected: '--dir with a folder of `shika run` or `shika up`',
        });
      const wanted = (file: string) => names.length === 0 || names.some((name) => file.startsWith(name));
      const readable = prettyFactory({
        colorize: process.stdout.isTTY,
        ignore: 'pid,hostname,stage',
        singleLine: true,
      });
      for (const file of readdirSync(folder).filter(wanted).sort()) {
        process.stdout.write(`── ${file}\n`);
        const lines = createInterface({ input: createReadStream(join(folder, file)) });
        for await (const line of lines) process.stdout.write(readable(line));
      }
    });
}
