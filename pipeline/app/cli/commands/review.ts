import { randomUUID } from 'node:crypto';
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import { LabelReviewed } from '../../../../schemas/label-reviewed.ts';
import { findClip, labelsOf, trackedClips } from '../../../domain/labels/labels.ts';
import { type ReviewedLabel, runs } from '../../../domain/labels/review.ts';
import type { Bus } from '../../../runtime/bus/bus.ts';
import { outgoing } from '../../../runtime/bus/envelope.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { type BusChoice, withBus, withBusOptions } from '../bus-access.ts';
import { give, table } from '../terminal.ts';

interface Choice extends BusChoice {
  readonly clip?: string;
  readonly track?: string;
  readonly frames?: string;
  readonly riskBelow?: string;
  readonly riskFrom?: string;
  readonly cause?: string;
  readonly box?: string;
  readonly by: string;
}

export function reviewCommand(program: Command): void {
  const review = program.command('review').description('look through labels and decide on them');
  choosing(review.command('list', { isDefault: true }))
    .option('--most <n>', 'rows', '40')
    .option('--json', 'print JSON')
    .description('labels that wait for a decision, the riskiest first')
    .action(async (flags: Choice & { most: string; json?: boolean }) => {
      const labels = await withBus(flags, (bus) => chosenLabels(bus, flags));
      const pending = labels
        .filter((label) => label.review === 'pending')
        .toSorted((a, b) => b.risk - a.risk);
      const rows = pending
        .slice(0, Number(flags.most))
        .map(({ track: { clip, track, index, cause, score, label, box }, risk }) => [
          clip,
          track,
          index,
          label,
          cause,
          score === null ? '-' : score.toFixed(2),
          risk.toFixed(2),
          box.map(Math.round).join(','),
        ]);
      const text = `${table(['clip', 'track', 'frame', 'label', 'cause', 'score', 'risk', 'box'], rows)}\n${pending.length} of ${labels.length} labels wait`;
      give(flags.json ?? false, pending, text);
    });
  for (const [name, decision, what] of [
    ['accept', 'accepted', 'say that labels are right'],
    ['reject', 'rejected', 'say that labels are wrong'],
    ['correct', 'corrected', 'give labels another box (--box x,y,w,h)'],
    ['undo', 'undone', 'take back what was decided'],
  ] as const) {
    choosing(review.command(name))
      .option('--box <x,y,w,h>', 'the right box, pixels')
      .option('--by <name>', 'who decides', whoami())
      .description(what)
      .action(async (flags: Choice) => {
        const count = await withBus(flags, (bus) => decide(bus, decision, flags));
        give(false, null, `${count} labels ${decision}`);
      });
  }
}

/** A container's user need not have a name. */
function whoami(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

function choosing(command: Command): Command {
  return withBusOptions(command)
    .option('--clip <clip>', 'id or file name; default: all')
    .option('--track <n>', 'only this track')
    .option('--frames <from-to>', 'only these frames, e.g. 10-24, or 10- for all from there on')
    .option('--cause <cause>', 'only labels with this cause')
    .option('--risk-below <risk>', 'only labels less risky than this')
    .option('--risk-from <risk>', 'only labels at least as risky as this');
}

async function chosenLabels(bus: Bus, flags: Choice): Promise<ReviewedLabel[]> {
  const clips =
    flags.clip === undefined
      ? (await trackedClips(bus)).map(({ clip }) => clip)
      : [await clipId(bus, flags.clip)];
  const [from, to] = range(flags.frames);
  const labels = (await Promise.all(clips.map((clip) => labelsOf(bus, clip)))).flat();
  return labels.filter(
    ({ track: { track, index, cause }, risk }) =>
      (flags.track === undefined || track === Number(flags.track)) &&
      index >= from &&
      index <= to &&
      (flags.cause === undefined || cause === flags.cause) &&
      (flags.riskBelow === undefined || risk < Number(flags.riskBelow)) &&
      (flags.riskFrom === undefined || risk >= Number(flags.riskFrom)),
  );
}

async function clipId(bus: Bus, name: string): Promise<string> {
  const clip = await findClip(bus, name);
  if (!clip) throw new UsageError(`no clip ${name} has arrived`);
  return clip.clip;
}

function range(text: string | undefined): [from: number, to: number] {
  if (text === undefined) return [0, Number.POSITIVE_INFINITY];
  const match = /^(\d+)(?:(-)(\d*))?$/.exec(text);
  if (!match) throw new UsageError(`--frames ${text}`, { expected: 'a number, from-to, or from-' });
  const from = Number(match[1]);
  if (!match[2]) return [from, from];
  return [from, match[3] ? Number(match[3]) : Number.POSITIVE_INFINITY];
}

/** One message a run of neighbouring frames. */
async function decide(bus: Bus, decision: LabelReviewed['decision'], flags: Choice): Promise<number> {
  const box = flags.box === undefined ? undefined : boxOf(flags.box);
  if (decision === 'corrected' && !box) throw new UsageError('correct needs --box x,y,w,h');
  const labels = await chosenLabels(bus, flags);
  const at = new Date().toISOString();
  const byTrack = Map.groupBy(labels, ({ track: { clip, track } }) => `${clip}.${track}`);
  for (const of of byTrack.values()) {
    const { clip, track } = of[0]!.track;
    for (const { from, to } of runs(of.map(({ track: { index } }) => ({ index, verdict: decision })))) {
      const body: LabelReviewed = {
        clip,
        track,
        from,
        to,
        decision,
        by: flags.by,
        at,
        ...(box ? { box } : {}),
      };
      await bus.publish(outgoing(LabelReviewed, { clip, track }, body, { id: randomUUID() }));
    }
  }
  return labels.length;
}

function boxOf(text: string): [number, number, number, number] {
  const [x, y, w, h, ...rest] = text.split(',').map(Number);
  if (
    rest.length > 0 ||
    [x, y, w, h].some((v) => v === undefined || !Number.isFinite(v)) ||
    !(w! > 0 && h! > 0)
  ) {
    throw new UsageError(`--box ${text}`, { expected: 'x,y,w,h in pixels, w and h above 0' });
  }
  return [x!, y!, w!, h!];
}
