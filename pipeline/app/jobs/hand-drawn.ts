/** What was drawn by hand, as a job needs it: pictures and anchored frames on the bus, and clips with their anchors. */
import type { DatasetItem } from '../../../schemas/dataset.ts';
import { storeHandDrawn } from '../../domain/datasets/store.ts';
import type { HandBoxes } from '../../domain/formats/hand.ts';
import { labelNames } from '../../domain/formats/label-row.ts';
import type { Problem } from '../../domain/formats/problem.ts';
import type { AnchoredClip } from '../../ingest/announce.ts';
import { anchorsOfClip } from '../../ingest/folders/anchors.ts';
import type { ClipInput } from '../../ingest/folders/clip-files.ts';
import { UsageError } from '../../runtime/errors.ts';
import type { JobContext } from './context.ts';
import { publishAnchors, publishStills } from './hand-pictures.ts';

/** What was drawn by hand, on the bus. */
export interface HandDrawn {
  readonly hand: readonly DatasetItem[];
  readonly clips: readonly AnchoredClip[];
  readonly classes: readonly string[];
  /** Boxes on frames that did not come out. */
  readonly problems: readonly Problem[];
}

export interface HandInput {
  readonly clips: readonly ClipInput[];
  readonly hand: HandBoxes;
  /** JPEG quality of frames. */
  readonly quality: number;
}

/**
 * Puts stills and anchored frames on the bus, and remembers them there for later training.
 * @param holdOut whether some stills are kept back to score on
 * @throws UsageError where there is no box among them
 */
export async function publishHandDrawn(
  { clips: inputs, hand: boxes, quality }: HandInput,
  { bus, meters }: JobContext,
  holdOut = true,
): Promise<HandDrawn> {
  const meter = meters.start('reading what was drawn by hand');
  const hand = await publishStills(bus, boxes.stills, holdOut);
  const clips: AnchoredClip[] = [];
  const problems: Problem[] = [];
  for (const clip of inputs) {
    const published = await publishAnchors(bus, clip, anchorsOfClip(clip.path, boxes.anchors), quality);
    clips.push({ ...clip, anchors: published.anchors });
    hand.push(...published.items);
    problems.push(...published.problems);
  }
  const drawn = hand.flatMap((item) => item.boxes);
  if (drawn.length === 0) {
    throw new UsageError('there is no hand-drawn box to learn from', {
      expected: '--hand with a folder of pictures and boxes, or a CSV of boxes on a clip',
    });
  }
  const classes = labelNames(drawn);
  await storeHandDrawn(bus, { classes, items: hand });
  meter.done(`${hand.length} pictures, ${drawn.length} boxes`);
  return { hand, clips, classes, problems };
}
