/** Which frames are looked at: every n-th, and no more than so many a second. */
export interface SelectionRules {
  readonly stride: number;
  /** Frames a second; 0: all. */
  readonly fps: number;
}

/**
 * Why a frame is not looked at; null where it is.
 * A frame is taken when its time has reached the next multiple of 1 / fps.
 */
export function selection({ stride, fps }: SelectionRules): (index: number, pts: number) => string | null {
  let due = 0;
  return (index, pts) => {
    if (index % stride !== 0) return 'stride';
    if (fps === 0) return null;
    // Half a millisecond of slack: times are rounded in the container.
    const tick = Math.floor((pts + 0.0005) * fps);
    if (tick < due) return 'fps';
    due = tick + 1;
    return null;
  };
}
