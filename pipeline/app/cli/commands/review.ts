import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { chosenLabels, isNarrowed, type LabelChoice, pendingByRisk } from '../../../domain/labels/choose.ts';
import {
  decideOnLabels,
  entryMessage,
  labelLog,
  type PersonalDecision,
  redoing,
  undoing,
} from '../../../domain/labels/decide.ts';
import { labelCount } from '../../../domain/labels/history.ts';
import type { ReviewedLabel } from '../../../domain/labels/review.ts';
import type { Box } from '../../../domain/vision/box.ts';
import { UsageError } from '../../../runtime/errors.ts';
import { updateLabelsFile } from '../../results/labels.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
import { confirm } from '../confirm.ts';
import {
  boxSides,
  cause,
  clip,
  config,
  fraction,
  frameRange,
  jobFolder,
  json,
  wholeNumber,
  withOptions,
} from '../options.ts';
import { printResult, table } from '../terminal.ts';

interface ChoiceFlags extends BusFlags, LabelChoice {
  readonly clip?: string;
}

interface DecisionFlags extends ChoiceFlags {
  readonly box?: Box;
  readonly by: string;
  readonly all?: boolean;
}

const decisions: readonly { name: string; decision: PersonalDecision['decision']; description: string }[] = [
  { name: 'accept', decision: 'accepted', description: 'say that labels are right' },
  { name: 'reject', decision: 'rejected', description: 'say that labels are wrong' },
  { name: 'correct', decision: 'corrected', description: 'give labels another box' },
];

const steps = [
  { name: 'undo', change: undoing, verb: 'taken back', description: 'take your last decision back' },
  { name: 'redo', change: redoing, verb: 'done again', description: 'let it stand again' },
] as const;

export function reviewCommand(program: Command): void {
  const review = program.command('review').description('look through labels and decide on them');
  withOptions(
    withChoice(review.command('list', { isDefault: true })),
    new Option('--most <n>', 'rows').argParser(wholeNumber(1)).default(40),
    json(),
  )
    .description('labels that wait for a decision, the riskiest first')
    .action(async (flags: ChoiceFlags & { most: number; json?: boolean }) => {
      const labels = await withBus(flags, ({ bus }) => chosenLabels(bus, flags));
      const pending = pendingByRisk(labels);
      printResult(flags.json, pending, pendingText(pending, flags.most, labels.length));
    });
  for (const { name, decision, description } of decisions) {
    const command = withChoice(review.command(name));
    if (decision === 'corrected') {
      const box = new Option('--box <x,y,w,h>', 'the right box, pixels').argParser(boxSides);
      command.addOption(box.makeOptionMandatory());
    }
    withOptions(command, decider(), new Option('--all', 'decide on every label, unasked'))
      .description(description)
      .action((flags: DecisionFlags) => decide(decision, flags));
  }
  for (const { name, change, verb, description } of steps) {
    withOptions(review.command(name), decider(), jobFolder(), config())
      .description(`${description}; again for more`)
      .action(async (flags: BusFlags & { by: string }) => {
        const action = await withBus(flags, async ({ bus }) => {
          const changed = change(await labelLog(bus), flags.by);
          for (const entry of changed?.entries ?? []) await bus.publish(entryMessage(entry));
          if (changed) await updateLabelsFile(bus, flags.out);
          return changed?.action;
        });
        if (!action) throw new UsageError(`${flags.by} has nothing to ${name}`);
        const count = labelCount(action);
        printResult(false, null, `${verb}: ${count} ${count === 1 ? 'label' : 'labels'} ${action.decision}`);
      });
  }
}

async function decide(decision: PersonalDecision['decision'], flags: DecisionFlags): Promise<void> {
  if (!isNarrowed(flags) && !flags.all && !process.stdin.isTTY) {
    throw new UsageError('this would decide on every label', {
      expected: '--all, or a choice: --clip, --track, --frames, --cause, --risk-below, --risk-from',
    });
  }
  const count = await withBus(flags, async ({ bus }) => {
    const labels = await chosenLabels(bus, flags);
    const clips = new Set(labels.map(({ track: { clip } }) => clip)).size;
    if (!isNarrowed(flags) && !flags.all)
      await confirm(`${labels.length} labels of ${clips} clips: ${decision}?`);
    await decideOnLabels(bus, labels, { decision, box: flags.box, by: flags.by });
    await updateLabelsFile(bus, flags.out);
    return labels.length;
  });
  printResult(false, null, `${count} labels ${decision}`);
}

function decider(): Option {
  return new Option('--by <name>', 'who decides').default(userName());
}

/** A container's user need not have a name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 0}`;
  }
}

function withChoice(command: Command): Command {
  return withOptions(
    command,
    clip('id or file name of a clip (default: all)'),
    new Option('--track <n>', 'only this track').argParser(wholeNumber(1)),
    new Option('--frames <range>', 'only these frames: 7, 10-24, or 10- for all from there on').argParser(
      frameRange,
    ),
    cause(),
    new Option('--risk-below <risk>', 'only labels less risky than this').argParser(fraction),
    new Option('--risk-from <risk>', 'only labels at least as risky as this').argParser(fraction),
    jobFolder(),
    config(),
  );
}

function pendingText(pending: readonly ReviewedLabel[], most: number, all: number): string {
  const rows = pending
    .slice(0, most)
    .map(({ track: { clip, index, cause, score, box }, trackId, label, risk }) => [
      clip,
      trackId,
      index,
      label,
      cause,
      score === null ? '-' : score.toFixed(2),
      risk.toFixed(2),
      box.map(Math.round).join(','),
    ]);
  const headings = ['clip', 'track', 'frame', 'label', 'cause', 'score', 'risk', 'box'];
  return `${table(headings, rows)}\n${pending.length} of ${all} labels wait`;
}
