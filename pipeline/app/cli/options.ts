/** The options that commands share, each defined once, and how their values are read. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { causes } from '../../domain/formats/label-row.ts';
import type { FrameRange } from '../../domain/labels/choose.ts';
import { startNames } from '../../domain/models/weights/weights.ts';
import type { Box } from '../../domain/vision/box.ts';
import { DEFAULT_JOB_FOLDER } from '../results/job-folder.ts';

/** Adds options to a command, in this order. */
export function withOptions(command: Command, ...options: readonly Option[]): Command {
  for (const option of options) command.addOption(option);
  return command;
}

/** Makes an option that may be given several times: its values come as a list, undefined where it is not given. */
export function repeated<T>(option: Option, read: (text: string) => T): Option {
  return option.argParser((text: string, before: readonly T[] = []) => [...before, read(text)]);
}

/** @throws InvalidArgumentError where the text is no whole number of at least `least` */
export function wholeNumber(least: number): (text: string) => number {
  return numberWhere(
    (value) => Number.isInteger(value) && value >= least,
    `a whole number, ${least} or more`,
  );
}

/** @throws InvalidArgumentError where the text is no port */
export function port(text: string): number {
  const value = wholeNumber(1)(text);
  if (value > 65_535) throw new InvalidArgumentError('Expected a port, 1 to 65535.');
  return value;
}

/** A number above 0, e.g. of seconds. */
export const positiveNumber = numberWhere((value) => value > 0, 'a number above 0');

/** 0..1 */
export const fraction = numberWhere((value) => value >= 0 && value <= 1, 'a number from 0 to 1');

function numberWhere(fits: (value: number) => boolean, expected: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && fits(value)) return value;
    throw new InvalidArgumentError(`Expected ${expected}.`);
  };
}

/** `7`, `10-24` or `10-`. */
export function frameRange(text: string): FrameRange {
  const [, first, dash, last] = /^(\d+)(?:(-)(\d*))?$/.exec(text) ?? [];
  if (first === undefined) throw new InvalidArgumentError('Expected a frame, from-to, or from-.');
  const from = Number(first);
  if (!dash) return { from, to: from };
  return { from, to: last ? Number(last) : Number.POSITIVE_INFINITY };
}

/** `0,50`. */
export function frameList(text: string): number[] {
  const frames = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (frames.every((frame) => Number.isInteger(frame) && frame >= 0)) return frames;
  throw new InvalidArgumentError('Expected frames, e.g. 0,50.');
}

/** `x,y,w,h`, pixels. */
export function boxSides(text: string): Box {
  const [x = Number.NaN, y = Number.NaN, w = Number.NaN, h = Number.NaN, ...more] = text
    .split(',')
    .map((side) => (side.trim() === '' ? Number.NaN : Number(side)));
  const box: Box = [x, y, w, h];
  if (more.length === 0 && box.every(Number.isFinite) && w > 0 && h > 0) return box;
  throw new InvalidArgumentError('Expected x,y,w,h in pixels, w and h above 0.');
}

/** What pre-training may start from; the default is the first that is there. */
const starts = [...startNames, 'random'];

/** The job's folder: its results, and the store of its bus. */
export const jobFolder = (description = 'the job’s folder') =>
  new Option('--out <folder>', description).default(DEFAULT_JOB_FOLDER);

export const config = () => new Option('--config <file>', 'configuration file');

export const trackerMethod = () =>
  new Option(
    '--tracker <method>',
    'note: the plain loop; hindsight: labels wait for what comes behind them (default: by configuration)',
  ).choices(['hindsight', 'note']);

export const json = () => new Option('--json', 'print the result as JSON on the last line');

export const hand = (
  description = 'boxes drawn by hand, again for more: a CSV, or labels of any tool that `import` reads',
) => repeated(new Option('--hand <path>', description), String);

export const start = () =>
  new Option(
    '--start <weights>',
    'what training starts from (default: yolox-nano where it is there, else shika-tiny)',
  ).choices(starts);

export const seed = (description = 'the same seed gives the same model') =>
  new Option('--seed <n>', description).argParser(wholeNumber(0)).default(1);

export const steps = () =>
  new Option('--steps <n>', 'steps of each training (default: the recipe’s)').argParser(wholeNumber(1));

export const camera = () =>
  new Option('--camera <name>', 'camera of the clips (default: each clip’s folder)');

export const detectors = () =>
  new Option('--detectors <n>', 'detector processes (default: by cores)').argParser(wholeNumber(1));

export const clip = (description = 'id or file name of a clip') => new Option('--clip <clip>', description);

export const cause = () => new Option('--cause <cause>', 'only labels with this cause').choices(causes);
