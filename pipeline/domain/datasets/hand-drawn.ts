/** What people drew by hand, as a dataset's items: what they brought in files, and what they drew on frames. */
import type { Dataset, DatasetItem } from '../../../schemas/dataset.ts';
import { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { contentId } from '../../runtime/content-id.ts';
import { standingDecisions } from '../labels/history.ts';
import { fetchHandFiles } from './store.ts';

/** One frame in so many is held out to score on, where there are enough of them. */
const HELD_OUT_EVERY = 5;
const ENOUGH = 10;

/** Everything that was drawn by hand so far; a frame that was drawn on again counts as it stands now. */
export async function fetchHandDrawn(
  bus: Bus,
  nameOf: (clip: string) => string = (clip) => clip,
): Promise<Dataset> {
  const log: LabelDrawn[] = [];
  for await (const { body } of bus.stored(LabelDrawn)) log.push(body);
  return joinHandDrawn(await fetchHandFiles(bus), drawnItems(log, nameOf));
}

export function joinHandDrawn(files: Dataset, drawn: readonly DatasetItem[]): Dataset {
  const again = new Set(drawn.map(({ clip, index }) => `${clip}.${index}`));
  const kept = files.items.filter(({ clip, index }) => !again.has(`${clip}.${index}`));
  const labels = drawn.flatMap(({ boxes }) => boxes.map(({ label }) => label));
  return { classes: [...new Set([...files.classes, ...labels])].sort(), items: [...kept, ...drawn] };
}

/**
 * Frames that were drawn on. Whether one is held out follows from the frame itself: drawing more moves none from what is
 * scored on to what is trained on.
 * @param log in the order in which it was written
 * @param nameOf a clip's name, for reports
 */
export function drawnItems(log: readonly LabelDrawn[], nameOf: (clip: string) => string): DatasetItem[] {
  const frames = new Map<string, LabelDrawn>();
  for (const entry of standingDecisions(log)) frames.set(`${entry.clip}.${entry.index}`, entry);
  const drawn = [...frames.values()].flatMap((frame) =>
    frame.boxes ? [{ ...frame, boxes: frame.boxes }] : [],
  );
  const holdsOut = drawn.length >= ENOUGH;
  return drawn.map(({ clip, index, width, height, boxes }) => ({
    clip,
    index,
    name: `${nameOf(clip)}#${index}`,
    width,
    height,
    split: holdsOut && isHeldOut(clip, index) ? 'held-out' : 'train',
    boxes: boxes.map(({ box, label }) => ({ box: [...box], label, cause: 'hand', weight: 1, risk: 0 })),
  }));
}

function isHeldOut(clip: string, index: number): boolean {
  return Number.parseInt(contentId(`${clip}.${index}`).slice(0, 8), 16) % HELD_OUT_EVERY === 0;
}
