/** Which frames are looked at: every n-th, and no more than so many a second. */
export interface SelectionRules {
  readonly stride: number;
  /** Frames a second; 0: all. */
  readonly fps: number;
}

/**
 * Why a frame is not looked at; null where it is. To be asked for each frame of a clip in turn.
 * A frame is taken when its time has reached the next multiple of 1 / fps.
 * @param drawn frames that a person drew on: they are always taken, or the box would count for nothing
 */
export function selection(
  { stride, fps }: SelectionRules,
  drawn: ReadonlySet<number> = new Set(),
): (index: number, pts: number) => string | null {
  let due = 0;
  return (index, pts) => {
    // Half a millisecond of slack: times are rounded in the container.
    const tick = Math.floor((pts + 0.0005) * fps);
    const why = index % stride !== 0 ? 'stride' : fps > 0 && tick < due ? 'fps' : null;
    if (why === null) due = tick + 1;
    return drawn.has(index) ? null : why;
  };
}
