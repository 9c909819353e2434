import { type Command, Option } from 'commander';
import { type Disk, diskOf, diskText, isLow, mebibytes, neededOn } from '../../../runtime/disk.ts';
import { NO_DETECTOR, type PipelineStatus, pipelineStatus } from '../../jobs/status.ts';
import { stateFolder } from '../../results/job-folder.ts';
import { type BusContext, type BusFlags, withBus } from '../bus-access.ts';
import { EXIT } from '../exit.ts';
import { interruption } from '../interrupt.ts';
import { showLive } from '../live.ts';
import { config, jobFolder, json, positiveNumber, withOptions } from '../options.ts';
import { print, printResult, table } from '../terminal.ts';

interface StatusFlags extends BusFlags {
  readonly json?: boolean;
  readonly watch?: boolean;
  /** Seconds. */
  readonly every: number;
}

export function statusCommand(program: Command): void {
  withOptions(
    program.command('status'),
    new Option('--watch', 'again and again, until Ctrl-C; on a terminal in place'),
    new Option('--every <seconds>', 'between two looks of --watch').argParser(positiveNumber).default(2),
    jobFolder(),
    config(),
    json(),
  )
    .description('clips, streams, backlogs and active models')
    .action(async (flags: StatusFlags) => {
      // Before anything is asked: a server whose disk is full may not answer.
      const disk = diskOfStore(flags);
      if (disk && isLow(disk)) print(fullText(disk));
      await withBus(flags, (context) => (flags.watch ? watch(context, flags) : show(context, flags)));
    });
}

async function show({ bus }: BusContext, flags: StatusFlags): Promise<void> {
  const status = await pipelineStatus(bus);
  printResult(flags.json, resultOf(status, diskOfStore(flags)), statusText(status));
}

async function watch({ bus }: BusContext, flags: StatusFlags): Promise<void> {
  let before: Look | undefined;
  const look = async () => {
    const now: Look = { status: await pipelineStatus(bus), at: Date.now() };
    const disk = diskOfStore(flags);
    const text = flags.json ? JSON.stringify(resultOf(now.status, disk)) : liveText(now, before, disk);
    before = now;
    return text;
  };
  await showLive(look, {
    out: process.stdout,
    inPlace: process.stdout.isTTY && !flags.json,
    everyMs: flags.every * 1000,
    signal: interruption(),
  });
  process.exitCode = EXIT.ok;
}

interface Look {
  readonly status: PipelineStatus;
  /** ms since 1970 */
  readonly at: number;
}

/** Of the job's folder; null where the store is another machine's. */
function diskOfStore({ out }: StatusFlags): Disk | null {
  return process.env.NATS_URL ? null : diskOf(stateFolder(out));
}

function resultOf(status: PipelineStatus, disk: Disk | null): object {
  return { ...status, disk: disk && { ...disk, needed: neededOn(disk) } };
}

function fullText(disk: Disk): string {
  return `the disk is nearly full: ${diskText(disk)}, ${mebibytes(neededOn(disk))} are needed; new clips wait until there is room`;
}

function liveText(now: Look, before: Look | undefined, disk: Disk | null): string {
  const room = disk && (isLow(disk) ? fullText(disk) : diskText(disk));
  return [new Date(now.at).toLocaleTimeString('sv'), statusText(now.status, perSecond(now, before)), room]
    .filter(Boolean)
    .join('\n\n');
}

/** How many messages a consumer was given a second since the look before; undefined where there is none before. */
function perSecond(now: Look, before: Look | undefined): ((consumer: string) => number) | undefined {
  if (!before) return undefined;
  const then = deliveries(before.status);
  const delivered = deliveries(now.status);
  const seconds = (now.at - before.at) / 1000;
  // A consumer that was made anew counts from 0.
  return (name) => Math.max(0, (delivered.get(name) ?? 0) - (then.get(name) ?? 0)) / seconds;
}

function deliveries({ streams }: PipelineStatus): ReadonlyMap<string, number> {
  return new Map(
    streams.flatMap(({ consumers }) => consumers.map(({ name, delivered }) => [name, delivered] as const)),
  );
}

function statusText(
  { server, clips, active, streams }: PipelineStatus,
  rate?: (consumer: string) => number,
): string {
  const counts = Object.entries(clips).map(([event, count]) => `${count} ${event}`);
  const consumerText = ({ name, waiting, working }: PipelineStatus['streams'][number]['consumers'][number]) =>
    `${name} ${waiting}/${working}${rate ? ` ${rate(name).toFixed(1)}/s` : ''}`;
  const rows = streams.map(({ name, messages, bytes, consumers }) => [
    name,
    messages,
    (bytes / 2 ** 20).toFixed(1),
    consumers.map(consumerText).join(', '),
  ]);
  return [
    `server ${server}; clips: ${counts.join(', ')}`,
    Object.entries(active)
      .map(([kind, model]) => `active ${kind}: ${model ? `${model.model} since ${model.since}` : 'none'}`)
      .join('\n'),
    ...(active.detector ? [] : [NO_DETECTOR]),
    table(['stream', 'messages', 'MiB', 'consumers (waiting/working)'], rows),
  ].join('\n\n');
}
