/** A track of CVAT for video as boxes on frames: those between its keyframes too, where the file leaves them out. */

import { PoisonError } from '../../../runtime/errors.ts';
import { causes, reviews } from '../label-row.ts';
import { asProblem, collect, listed, type Problem, problem } from '../problem.ts';
import { type CvatShape, cvatShapes, hasOutline, outlinedText, shapeBox } from './cvat-shape.ts';
import type { CvatTask } from './cvat-tasks.ts';
import { between, type Keyframe } from './keyframes.ts';
import { turned } from './shapes.ts';
import type { ClipBoxEntry } from './source.ts';
import { attribute, children, type Element, numericAttribute } from './xml-file.ts';

/** A shape on a frame. */
interface Placed extends Keyframe {
  readonly isOutside: boolean;
  readonly element: Element;
}

export interface CvatTrack {
  readonly boxes: readonly ClipBoxEntry[];
  /** Frames with a shape that can't become a box. */
  readonly doubtful: readonly number[];
  /** Our own number of it, where it has one. */
  readonly number: number | undefined;
  /** Frames on which its box was put between two keyframes. */
  readonly filled: number;
  /** The last frame, where nothing says that it ends there although the task goes on. */
  readonly openEnd: number | undefined;
}

/** Shapes that can't become a box are left out one by one. */
export function readTrack(track: Element, task: CvatTask, file: string, problems: Problem[]): CvatTrack {
  const name = `track ${attribute(track, 'id') ?? ''}`;
  const label = attribute(track, 'label');
  const placed: Placed[] = [];
  const doubtful: number[] = [];
  for (const shape of cvatShapes) {
    const elements = children(track, shape).filter((element) => hasOutline(shape) || !isOutside(element));
    if (!hasOutline(shape) && elements.length > 0) problems.push(withoutOutline(shape, elements, name, file));
    for (const element of elements) {
      const at = hasOutline(shape)
        ? collect(problems, file, undefined, () => place(shape, element, task, { name, file }))
        : undefined;
      if (at !== undefined) placed.push(at);
      else doubtful.push((numericAttribute(element, 'frame') ?? Number.NaN) - task.offset);
    }
  }
  placed.sort((a, b) => a.frame - b.frame);
  const isOurs = task.clip !== undefined;
  const boxes: ClipBoxEntry[] = [];
  let filled = 0;
  for (const [i, shape] of placed.entries()) {
    if (shape.isOutside) continue;
    const known = facts(shape.element);
    const next = placed[i + 1];
    const gap = isOurs || next === undefined ? [] : between(shape, next, task.step);
    filled += gap.length;
    for (const { frame, box, rotation } of [shape, ...gap]) {
      boxes.push({ frame, box: turned(box, rotation), label, ...known });
    }
  }
  const numbers = placed
    .map(({ element }) => Number(attributesOf(element).get('track')))
    .filter((n) => n > 0);
  const last = placed.at(-1);
  const goesOn =
    last !== undefined && !last.isOutside && task.stop !== undefined && last.frame + task.step <= task.stop;
  return { boxes, doubtful, number: numbers[0], filled, openEnd: goesOn && !isOurs ? last.frame : undefined };
}

function isOutside(element: Element): boolean {
  return attribute(element, 'outside') === '1';
}

/** All of a track's key points or lines at once. */
function withoutOutline(shape: CvatShape, elements: readonly Element[], name: string, file: string): Problem {
  const frames = elements.map((element) => attribute(element, 'frame') ?? '?');
  return problem(file, undefined, `${name}, frame ${listed(frames)}: ${shape}`, {
    found: 'no outline',
    expected: outlinedText,
    count: elements.length,
  });
}

/** @throws PoisonError where it has no frame, or is no box */
function place(
  shape: CvatShape,
  element: Element,
  { offset }: CvatTask,
  { name, file }: { readonly name: string; readonly file: string },
): Placed {
  const frame = numericAttribute(element, 'frame');
  if (frame === undefined || !Number.isInteger(frame) || frame < offset) {
    throw new PoisonError(`${name}: frame`, {
      found: `"${attribute(element, 'frame') ?? ''}"`,
      expected: `a whole number from ${offset}`,
    });
  }
  try {
    return { frame: frame - offset, ...shapeBox(shape, element), isOutside: isOutside(element), element };
  } catch (error) {
    const { found, expected } = asProblem(error, file);
    throw new PoisonError(`${name}, frame ${frame}: ${shape}`, { found, expected });
  }
}

/** Our own attributes; a label without our cause was drawn there. */
function facts(element: Element): Pick<ClipBoxEntry, 'cause' | 'score' | 'review'> {
  const attributes = attributesOf(element);
  const score = Number(attributes.get('score') ?? Number.NaN);
  return {
    cause: causes.find((cause) => cause === attributes.get('cause')) ?? 'hand',
    score: Number.isFinite(score) ? score : null,
    review: reviews.find((review) => review === attributes.get('review')) ?? null,
  };
}

export function attributesOf(element: Element): Map<string, string> {
  return new Map(
    children(element, 'attribute').map((child) => [
      attribute(child, 'name') ?? '',
      String(child['#'] ?? '').trim(),
    ]),
  );
}
