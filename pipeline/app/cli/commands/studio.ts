import { type Command, Option } from 'commander';
import open from 'open';
import type { LabelProposed } from '../../../../schemas/label-proposed.ts';
import { announceFound } from '../../../ingest/announce.ts';
import type { ProbedClip } from '../../../ingest/folders/find-clips.ts';
import { readCameraKnowledge } from '../../../ingest/options.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { reasonOf, UsageError } from '../../../runtime/errors.ts';
import type { OwnedFolder } from '../../../runtime/supervisor/owned-folder.ts';
import { processesFor } from '../../jobs/processes.ts';
import { publishProposals, readProposals } from '../../jobs/propose-boxes.ts';
import { keepLabelsFile, servedStudio, studioAddress, studioAnswers } from '../../jobs/studio.ts';
import { markStaying } from '../../results/job-folder.ts';
import type { Settings } from '../../settings.ts';
import { withBus, withJobFolder, withPipeline } from '../bus-access.ts';
import { Interrupted } from '../interrupt.ts';
import { openJobInput } from '../open-input.ts';
import { camera, config, detectors, jobFolder, port, repeated, withOptions } from '../options.ts';
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
  /** Files of other tools. */
  readonly boxes?: readonly string[];
}

export function studioCommand(program: Command): void {
  withOptions(
    program.command('studio').argument('[path...]', 'clips, or folders of clips'),
    jobFolder('the job’s folder: everything that is drawn and labelled is kept there'),
    repeated(
      new Option(
        '--boxes <file>',
        'boxes of another tool on these clips, to be accepted or not; again for more',
      ),
      String,
    ),
    new Option('--port <n>', 'where the page is (default: one that is free, from 8420 on)').argParser(port),
    new Option('--host <address>', '0.0.0.0 lets others in who have the whole address').default('127.0.0.1'),
    new Option('--no-open', 'open no browser'),
    camera(),
    detectors(),
    config(),
  )
    .description('the whole method in a browser: draw, label, review, train')
    .action(async (paths: string[], flags: StudioFlags) => {
      const url = await servedStudio(flags.out);
      if (url) return join(url, paths, flags);
      return withJobFolder(flags, (folder) => studio(folder, paths, flags));
    });
}

/** The folder's studio runs already: it gets the clips, and its address is shown. */
async function join(url: string, paths: readonly string[], flags: StudioFlags): Promise<void> {
  const found = await inputOf(paths, flags);
  await withBus(flags, ({ bus, settings, signal }) => announceAll(bus, found, settings, signal));
  print(`\n  ${url}\n\nThis folder’s studio runs already.`);
  if (flags.open && hasScreen()) await open(url).catch(() => {}); // the address is printed
}

async function studio(folder: OwnedFolder, paths: string[], flags: StudioFlags): Promise<void> {
  const { out, host, config: file } = flags;
  const found = await inputOf(paths, flags);
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
      await announceAll(bus, found, settings, signal);
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

interface StudioInput {
  readonly clips: readonly ProbedClip[];
  readonly proposals: readonly LabelProposed[];
}

/** What can't be used is named. */
async function inputOf(paths: readonly string[], flags: StudioFlags): Promise<StudioInput> {
  const { camera: name, boxes = [] } = flags;
  if (paths.length === 0 && boxes.length > 0)
    throw new UsageError('--boxes needs the clips that they belong to', { expected: 'clips, or a folder' });
  if (paths.length === 0) return { clips: [], proposals: [] };
  const { clips, notes, problems } = await openJobInput(paths, [], name);
  const read = await Promise.all(boxes.map((path) => readProposals({ path, clips })));
  for (const note of [...notes, ...read.flatMap((source) => source.notes)]) print(note);
  for (const { message } of [...problems, ...read.flatMap((source) => source.problems)]) print(message);
  return { clips, proposals: read.flatMap((source) => source.proposals) };
}

async function announceAll(
  bus: Bus,
  { clips, proposals }: StudioInput,
  { cameras }: Settings,
  signal: AbortSignal,
): Promise<void> {
  const known = await readCameraKnowledge(cameras);
  for (const clip of clips) await announceFound(bus, clip, signal, known);
  await publishProposals(bus, proposals);
}

/** Whether there is something that a browser could be shown on. */
function hasScreen(): boolean {
  if (process.platform !== 'linux') return true;
  return Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);
}
