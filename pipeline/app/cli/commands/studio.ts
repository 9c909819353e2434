import { type Command, InvalidArgumentError, Option } from 'commander';
import open from 'open';
import { announceFound } from '../../../ingest/announce.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import { reasonOf } from '../../../runtime/errors.ts';
import type { OwnedFolder } from '../../../runtime/supervisor/owned-folder.ts';
import { processesFor } from '../../jobs/processes.ts';
import { keepLabelsFile, studioAddress, studioAnswers } from '../../jobs/studio.ts';
import { markStaying } from '../../results/job-folder.ts';
import { withJobFolder, withPipeline } from '../bus-access.ts';
import { Interrupted } from '../interrupt.ts';
import { openJobInput } from '../open-input.ts';
import { camera, config, detectors, jobFolder, wholeNumber, withOptions } from '../options.ts';
import { print } from '../terminal.ts';

interface StudioFlags {
  readonly out: string;
  readonly port?: number;
  readonly host: string;
  /** False: no browser is opened. */
  readonly open: boolean;
  readonly camera?: string;
  readonly detectors?: number;
  readonly config?: string;
}

export function studioCommand(program: Command): void {
  withOptions(
    program.command('studio').argument('[path...]', 'clips, or folders of clips'),
    jobFolder('the job’s folder: everything that is drawn and labelled is kept there'),
    new Option('--port <n>', 'where the page is (default: one that is free, from 8420 on)').argParser(port),
    new Option('--host <address>', '0.0.0.0 lets others in who have the whole address').default('127.0.0.1'),
    new Option('--no-open', 'open no browser'),
    camera(),
    detectors(),
    config(),
  )
    .description('the whole method in a browser: draw, label, review, train')
    .action((paths: string[], flags: StudioFlags) =>
      withJobFolder(flags, (folder) => studio(folder, paths, flags)),
    );
}

async function studio(folder: OwnedFolder, paths: string[], flags: StudioFlags): Promise<void> {
  const { out, host, config: file } = flags;
  const input = paths.length > 0 ? await openJobInput(paths, [], flags.camera) : null;
  for (const note of input?.notes ?? []) print(note);
  for (const { message } of input?.problems ?? []) print(message);
  const address = await studioAddress({ out, port: flags.port, host });
  markStaying(out);
  await withPipeline(
    {
      config: file,
      folder,
      stages: processesFor(flags.detectors),
      keep: true,
      env: address.env,
    },
    async ({ bus, settings, signal, log }) => {
      const known = await readCameraKnowledge(settings.cameras);
      for (const clip of input?.clips ?? []) await announceFound(bus, clip, signal, known);
      await studioAnswers(address.url, signal);
      print(`\n  ${address.url}\n\nCtrl-C stops; the same command goes on with everything as it was.`);
      if (flags.open && hasScreen()) {
        await open(address.url).catch((error) => log.warn({ why: reasonOf(error) }, 'no browser was opened'));
      }
      await keepLabelsFile(bus, out, { signal, log });
      if (!(signal.reason instanceof Interrupted)) throw signal.reason; // a person who ends it has done their work
    },
  );
}

/** Whether there is something that a browser could be shown on. */
function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}

function port(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > 65_535) throw new InvalidArgumentError('Expected a port, 1 to 65535.');
  return value;
}
