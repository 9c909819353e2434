/** Boxes that were drawn on clips, held against the clips: nothing is learnt from a place that is not there. */
import type { HandAnchor, HandBoxes } from '../../domain/formats/hand.ts';
import { type Problem, problem } from '../../domain/formats/problem.ts';
import { type Box, clip as cutBox } from '../../domain/vision/box.ts';
import { countPictures } from '../../domain/vision/video-count.ts';
import type { FoundClips } from './find-clips.ts';

/**
 * Cuts boxes at the picture's edge, with a note; leaves those out that lie outside, or on a frame beyond the clip's end.
 * @param hand whose anchors name clips by path
 */
export async function holdAnchors(hand: HandBoxes, { clips, paths }: FoundClips): Promise<HandBoxes> {
  const anchors: HandAnchor[] = [];
  const problems: Problem[] = [];
  const notes: string[] = [];
  const byClip = Map.groupBy(hand.anchors, ({ file }) => paths.get(file) ?? file);
  for (const { path, file, info } of clips) {
    const drawn = byClip.get(path) ?? [];
    const frames = drawn.length === 0 ? 0 : (info.frames ?? (await countPictures(path)));
    let cut = 0;
    for (const anchor of drawn) {
      const box = cutBox(anchor.box, info);
      const outside = refusal(anchor, box, { ...info, frames });
      if (outside) problems.push(problem(file, undefined, `frame ${anchor.frame}: box left out`, outside));
      if (outside || box === null) continue;
      if (box.some((side, i) => side !== anchor.box[i])) cut += 1;
      anchors.push({ ...anchor, file: path, box });
    }
    if (cut > 0) notes.push(`${cut} ${cut === 1 ? 'box' : 'boxes'} on ${file} cut at the picture’s edge`);
  }
  return { ...hand, anchors, problems: [...hand.problems, ...problems], notes: [...hand.notes, ...notes] };
}

function refusal(
  { frame, box }: HandAnchor,
  cut: Box | null,
  { width, height, frames }: { readonly width: number; readonly height: number; readonly frames: number },
): { found: string; expected: string } | null {
  if (frame >= frames) {
    return { found: `frame ${frame}`, expected: `a frame from 0 to ${frames - 1}, which is the clip's last` };
  }
  if (cut !== null) return null;
  return { found: `[${box.join(', ')}]`, expected: `a box inside ${width} x ${height} px` };
}
