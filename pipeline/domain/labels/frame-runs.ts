/** Lists of frames as runs `[first, last, step]`: every second frame of an hour is one run. */
import type { FrameRuns } from '../../../schemas/terms.ts';

/** Adds a frame that comes after all others; changes the runs. */
export function addFrame(runs: FrameRuns, index: number): void {
  const run = runs.at(-1);
  if (run && run[0] === run[1]) {
    run[2] = index - run[1];
    run[1] = index;
  } else if (run && index === run[1] + run[2]) run[1] = index;
  else runs.push([index, index, 1]);
}

/** The frames of the runs, in order. */
export function framesOfRuns(runs: FrameRuns): number[] {
  return runs.flatMap(([first, last, step]) =>
    Array.from({ length: Math.floor((last - first) / step) + 1 }, (_, i) => first + i * step),
  );
}
