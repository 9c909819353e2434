import { userInfo } from 'node:os';
import { type Command, Option } from 'commander';
import { chosenLabels, type LabelChoice, pendingByRisk } from '../../../domain/labels/choose.ts';
import { type Decision, decideOnLabels } from '../../../domain/labels/decide.ts';
import type { ReviewedLabel } from '../../../domain/labels/review.ts';
import type { Box } from '../../../domain/vision/box.ts';
import { type BusFlags, withBus } from '../bus-access.ts';
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
}

const decisions: readonly { name: string; decision: Decision; description: string }[] = [
  { name: 'accept', decision: 'accepted', description: 'say that labels are right' },
  { name: 'reject', decision: 'rejected', description: 'say that labels are wrong' },
  { name: 'correct', decision: 'corrected', description: 'give labels another box' },
  { name: 'undo', decision: 'undone', description: 'take back what was decided' },
];

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
    withOptions(command, new Option('--by <name>', 'who decides').default(userName()))
      .description(description)
      .action(async (flags: DecisionFlags) => {
        const count = await withBus(flags, async ({ bus }) => {
          const labels = await chosenLabels(bus, flags);
          await decideOnLabels(bus, labels, { decision, box: flags.box, by: flags.by });
          return labels.length;
        });
        printResult(false, null, `${count} labels ${decision}`);
      });
  }
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
  const headings = ['clip', 'track', 'frame', 'label', 'cause', 'score', 'risk', 'box'];
  return `${table(headings, rows)}\n${pending.length} of ${all} labels wait`;
}
