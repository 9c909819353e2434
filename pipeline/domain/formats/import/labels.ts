/** What boxes are called that their file does not name. */
import type { HandStill } from '../hand.ts';
import { counted } from '../problem.ts';
import type { ClipBox, PictureLabels } from './source.ts';

/** Where the labelled ones do not settle it. */
const unnamed = 'animal';

/** With a label for each box: the only one in use where it has none, else `animal`. */
export function withLabels(
  pictures: readonly PictureLabels[],
  clipBoxes: readonly ClipBox[],
): { stills: HandStill[]; clipBoxes: (ClipBox & { readonly label: string })[]; notes: string[] } {
  const drawn = [...clipBoxes, ...pictures.flatMap(({ boxes }) => boxes)];
  const labels = new Set(drawn.flatMap(({ label }) => label ?? []));
  const [only = unnamed] = labels;
  const fallback = labels.size === 1 ? only : unnamed;
  const bare = drawn.filter((box) => box.label === undefined && !('box' in box && box.box === null)).length;
  return {
    notes: bare > 0 ? [`without a label, and called ${fallback}: ${counted(bare, 'box')}`] : [],
    stills: pictures.map((picture) => ({
      ...picture,
      boxes: picture.boxes.map(({ box, label = fallback }) => ({ box, label })),
    })),
    clipBoxes: clipBoxes.map((box) => ({ ...box, label: box.label ?? fallback })),
  };
}
