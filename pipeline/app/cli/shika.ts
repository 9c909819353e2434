#!/usr/bin/env node
/** The command line: every command in a file of its own, errors turned into one line and an exit code here. */
import { Command } from 'commander';
import project from '../../../package.json' with { type: 'json' };
import { FatalError, PoisonError, reasonOf, UsageError } from '../../runtime/errors.ts';
import { hideSecrets } from '../../runtime/safe-address.ts';
import { annotateCommand } from './commands/annotate.ts';
import { backupCommand, restoreCommand } from './commands/backup.ts';
import { busCommand } from './commands/bus.ts';
import { classifierCommand } from './commands/classifier.ts';
import { deadCommand } from './commands/dead.ts';
import { demoCommand } from './commands/demo.ts';
import { evalCommand } from './commands/eval.ts';
import { explainCommand } from './commands/explain.ts';
import { exportCommand } from './commands/export.ts';
import { gcCommand } from './commands/gc.ts';
import { importCommand } from './commands/import.ts';
import { ledgerCommand } from './commands/ledger.ts';
import { logsCommand } from './commands/logs.ts';
import { modelsCommand } from './commands/models.ts';
import { reviewCommand } from './commands/review.ts';
import { runCommand } from './commands/run.ts';
import { stageCommand } from './commands/stage.ts';
import { statusCommand } from './commands/status.ts';
import { studioCommand } from './commands/studio.ts';
import { trainCommand } from './commands/train.ts';
import { upCommand } from './commands/up.ts';
import { weightsCommand } from './commands/weights.ts';
import { EXIT } from './exit.ts';
import { howToGoOn, Interrupted } from './interrupt.ts';
import { surviveClosedOutput } from './output.ts';

// Other users of the machine see what was typed: it may hold a camera's password.
process.title = `shika ${/^[a-z]+$/.exec(process.argv[2] ?? '')?.[0] ?? ''}`.trim();

const program = new Command('shika')
  .description(project.description)
  .version(project.version)
  .configureOutput({ writeErr: (text) => process.stderr.write(hideSecrets(text)) })
  .showHelpAfterError('(--help shows what is possible)')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? EXIT.ok : EXIT.usage));

for (const add of [
  studioCommand,
  runCommand,
  demoCommand,
  upCommand,
  stageCommand,
  busCommand,
  annotateCommand,
  reviewCommand,
  trainCommand,
  classifierCommand,
  explainCommand,
  exportCommand,
  importCommand,
  evalCommand,
  statusCommand,
  ledgerCommand,
  deadCommand,
  modelsCommand,
  weightsCommand,
  backupCommand,
  restoreCommand,
  gcCommand,
  logsCommand,
]) {
  add(program);
}

surviveClosedOutput();

try {
  await program.parseAsync();
} catch (error) {
  const goOn = error instanceof Interrupted ? howToGoOn(process.argv[2] ?? '') : '';
  process.stderr.write(`shika: ${reasonOf(error)}${goOn}\n`);
  if (process.env.SHIKA_DEBUG && error instanceof Error)
    process.stderr.write(`${hideSecrets(error.stack ?? '')}\n`);
  process.exit(exitCode(error));
}

function exitCode(error: unknown): number {
  if (error instanceof Interrupted) return EXIT.interrupted;
  if (error instanceof UsageError) return EXIT.usage;
  if (error instanceof FatalError) return EXIT.config;
  if (error instanceof PoisonError) return EXIT.failed;
  return EXIT.failed;
}
