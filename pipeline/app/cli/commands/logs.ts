import { createReadStream, existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Command } from 'commander';
import { prettyFactory } from 'pino-pretty';
import { UsageError } from '../../../runtime/errors.ts';
import { logsFolder } from '../../results/job-folder.ts';
import { jobFolder, withOptions } from '../options.ts';

export function logsCommand(program: Command): void {
  withOptions(program.command('logs').argument('[stage...]', 'default: all'), jobFolder())
    .description('the stages’ logs, readable')
    .action((stages: string[], { out }: { out: string }) => printLogs(out, stages));
}

async function printLogs(jobFolder: string, stages: readonly string[]): Promise<void> {
  const folder = logsFolder(jobFolder);
  if (!existsSync(folder))
    throw new UsageError(`there are no logs in ${jobFolder}`, { expected: '--out with a job’s folder' });
  const wanted = (file: string) => stages.length === 0 || stages.some((name) => file.startsWith(name));
  const readable = prettyFactory({
    colorize: process.stdout.isTTY,
    ignore: 'pid,hostname,stage',
    singleLine: true,
  });
  // Of one process, what was written first comes first: `x.log.2`, `x.log.1`, `x.log`.
  const age = (file: string) => Number(/\.(\d+)$/.exec(file)?.[1] ?? 0);
  const nameOf = (file: string) => file.replace(/\.\d+$/, '');
  const inOrder = (a: string, b: string) => nameOf(a).localeCompare(nameOf(b)) || age(b) - age(a);
  for (const file of readdirSync(folder).filter(wanted).sort(inOrder)) {
    process.stdout.write(`── ${file}\n`);
    const lines = createInterface({ input: createReadStream(join(folder, file)) });
    for await (const line of lines) process.stdout.write(readable(line));
  }
}
