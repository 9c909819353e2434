/** Boxes held against their clip: on a frame that is there, inside the picture. */
import { PoisonError } from '../../../runtime/errors.ts';
import { type Box, clip as cutBox, type Size } from '../../vision/box.ts';
import { asProblem, counted, listed, type Problem, problem } from '../problem.ts';
import type { Located, SettledLocated } from './located.ts';
import { boxText } from './same-box.ts';
import { type ClipBoxEntry, calledEmpty, type KnownClip, saysEmpty } from './source.ts';

/** Cut to the picture, on frames that are there; what is not known of a clip is not asked. */
export function holdBoxes(found: readonly Located[], isHeldLater: boolean): SettledLocated {
  const leftOut: Problem[] = [];
  const refused: Located[] = [];
  const late = new Map<string, Located[]>();
  const cut = new Map<string, number>();
  const clipBoxes = found.flatMap((located): Located[] => {
    const { box: entry, clip, file } = located;
    if (isHeldLater && !entry.relative && !saysEmpty(entry.label)) return [located];
    if (clip.frames !== undefined && entry.frame >= clip.frames) {
      const key = JSON.stringify([file, clip.file]);
      const beyond = late.get(key) ?? [];
      beyond.push(located);
      late.set(key, beyond);
      return [];
    }
    try {
      if (entry.box !== null && saysEmpty(entry.label)) throw calledEmpty(entry.label, entry.box);
      const box = heldBox(entry, clip);
      if (box !== null && !entry.relative && entry.box?.some((side, i) => Math.abs(side - box[i]!) > 1))
        // four sides
        cut.set(clip.file, (cut.get(clip.file) ?? 0) + 1);
      return [{ ...located, box: { ...entry, box, relative: false } }];
    } catch (error) {
      leftOut.push(asProblem(error, file, entry.line));
      refused.push(located);
      return [];
    }
  });
  for (const beyond of late.values()) leftOut.push(beyondEnd(beyond));
  const notes = [...cut].map(([file, n]) => `${counted(n, 'box')} on ${file} cut at the picture’s edge`);
  return { clipBoxes, leftOut, refused, notes };
}

function beyondEnd(boxes: readonly Located[]): Problem {
  const { file, clip, box } = boxes[0]!; // there is one
  const frames = [...new Set(boxes.map((located) => String(located.box.frame)))];
  return problem(file, boxes.length === 1 ? box.line : undefined, `${clip.file} has no such frame`, {
    found: `frame ${listed(frames)} (${counted(boxes.length, 'box')})`,
    expected: `a frame from 0 to ${(clip.frames ?? 1) - 1}`,
    count: boxes.length,
  });
}

/** In pixels, inside the picture where its size is known. @throws PoisonError where that can't be */
function heldBox({ box, relative = false, frame }: ClipBoxEntry, clip: KnownClip): Box | null {
  if (box === null) return null;
  const { width, height } = clip;
  const size: Size | undefined = width === undefined || height === undefined ? undefined : { width, height };
  if (!relative && size === undefined) return box;
  if (size === undefined) {
    throw new PoisonError(`frame ${frame}: box`, {
      found: 'fractions of a picture whose size is not known',
      expected: `the clip itself (--clip ${clip.file})`,
    });
  }
  const [x, y, w, h] = box;
  const whole: Box = relative ? [x * size.width, y * size.height, w * size.width, h * size.height] : box;
  const cut = whole.every(Number.isFinite) ? cutBox(whole, size) : null;
  if (cut !== null) return cut;
  throw new PoisonError(`frame ${frame} of ${clip.file}: box left out`, {
    found: boxText(whole),
    expected: `a box inside ${size.width} x ${size.height} px`,
  });
}
