/** A box that is corrected by keys: shown where it would be, saved by Enter. */
import { type Box, move, resizeBy } from '../../canvas/box-edit.ts';
import type { Size } from '../../canvas/viewport.ts';
import { useKeys } from '../../keys/dispatch.ts';
import { words } from '../../words/words.ts';

interface BoxKeysProps {
  readonly box: Box;
  readonly picture: Size;
  readonly onChange: (box: Box) => void;
  readonly onSave: () => void;
  readonly onCancel: () => void;
}

export function BoxKeys({ box, picture, onChange, onSave, onCancel }: BoxKeysProps) {
  const by = (dx: number, dy: number) => () => onChange(move(box, dx, dy, picture));
  const size = (dx: number, dy: number) => () => {
    const next = resizeBy(box, dx, dy, picture);
    if (next) onChange(next);
  };
  useKeys('draw', {
    left: by(-1, 0),
    right: by(1, 0),
    up: by(0, -1),
    down: by(0, 1),
    leftTen: by(-10, 0),
    rightTen: by(10, 0),
    upTen: by(0, -10),
    downTen: by(0, 10),
    narrower: size(-1, 0),
    wider: size(1, 0),
    shorter: size(0, -1),
    taller: size(0, 1),
    accept: onSave,
    cancel: onCancel,
  });
  return (
    <p class="stage-hint" role="status">
      {words.value.review.editing} {words.value.draw.box(box)}
    </p>
  );
}
