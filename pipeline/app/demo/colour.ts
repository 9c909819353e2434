/** Colours as numbers. */
import { mix } from './noise.ts';

/** 0..255 each; may run over until the picture is developed. */
export type Colour = readonly [red: number, green: number, blue: number];

/** `share` 0 gives `a`, 1 gives `b`. */
export function blend(a: Colour, b: Colour, share: number): Colour {
  return [mix(a[0], b[0], share), mix(a[1], b[1], share), mix(a[2], b[2], share)];
}
