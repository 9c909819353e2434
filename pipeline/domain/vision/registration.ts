/**
 * How a camera moved between two pictures: by how much the picture as a whole was shifted. Blocks are looked for in the
 * other picture one by one, and the shift that most of them agree on is the camera's, so that an animal, which is a few
 * of the blocks, does not count.
 */
import type { GreyRaster } from './image.ts';

/** A shift of the whole picture. */
export interface GlobalMotion {
  /** px by which what is seen went right, and down: a box moves by as much. The mean of whole px of many blocks. */
  readonly dx: number;
  readonly dy: number;
  /** Share of the blocks with something to hold on to that agree within 1 px, 0..1; 0 where there is none. */
  readonly support: number;
}

/** Side of a block, px, and of one that is looked for coarsely, in a picture of half the size. */
const BLOCK = 16;
const COARSE = BLOCK / 2;
/** Standard deviation of a block that has something to hold on to, grey levels. */
const TEXTURE = 3;
/** Blocks that agree lie within, px. */
const AGREE = 1;
/** So many blocks are needed. */
const LEAST = 4;

/**
 * @param previous and
 * @param current of one size; small pictures do: 10 ms at 240 px wide, 100 ms at 640
 * @param reach how far is looked, px
 */
export function globalMotion(previous: GreyRaster, current: GreyRaster, reach = 16): GlobalMotion {
  const [before, after] = [halved(previous), halved(current)];
  const shifts: (Shift & { readonly left: number; readonly top: number })[] = [];
  const steps = Math.ceil(reach / 2);
  for (let top = 0; top + BLOCK <= previous.height; top += BLOCK) {
    for (let left = 0; left + BLOCK <= previous.width; left += BLOCK) {
      if (deviation(previous, left, top) < TEXTURE) continue;
      const coarse = best(
        { from: before, to: after, side: COARSE, left: left / 2, top: top / 2 },
        { x: 0, y: 0 },
        steps,
      );
      if (!coarse) continue;
      const around = { x: coarse.x * 2, y: coarse.y * 2 };
      const fine = best({ from: previous, to: current, side: BLOCK, left, top }, around, 1);
      if (fine) shifts.push({ ...fine, left, top });
    }
  }
  if (shifts.length < LEAST) return { dx: 0, dy: 0, support: 0 };
  const near = (shift: Shift) =>
    shifts.filter(({ x, y }) => Math.abs(x - shift.x) <= AGREE && Math.abs(y - shift.y) <= AGREE);
  const agreed = shifts.map(near).reduce((most, some) => (some.length > most.length ? some : most));
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [dx, dy] = [mean(agreed.map(({ x }) => x)), mean(agreed.map(({ y }) => y))];
  // What left the picture can't agree.
  const stays = ({ left, top }: { left: number; top: number }) =>
    left + dx > -1 &&
    top + dy > -1 &&
    left + dx + BLOCK < current.width + 1 &&
    top + dy + BLOCK < current.height + 1;
  return { dx, dy, support: agreed.length / Math.max(agreed.length, shifts.filter(stays).length) };
}

interface Shift {
  readonly x: number;
  readonly y: number;
}

interface Block {
  readonly from: GreyRaster;
  readonly to: GreyRaster;
  readonly side: number;
  readonly left: number;
  readonly top: number;
}

/** Where the block is found again, within `reach` of `around`; undefined where all of that lies outside. */
function best(block: Block, around: Shift, reach: number): Shift | undefined {
  let found: (Shift & { cost: number }) | undefined;
  for (let y = around.y - reach; y <= around.y + reach; y++) {
    for (let x = around.x - reach; x <= around.x + reach; x++) {
      const cost = unlikeness(block, x, y, found?.cost ?? Infinity);
      if (cost < (found?.cost ?? Infinity)) found = { x, y, cost };
    }
  }
  return found;
}

/** Sum of absolute differences, the blocks' means apart: light that changes is no motion. Infinity from `limit` on. */
function unlikeness({ from, to, side, left, top }: Block, dx: number, dy: number, limit: number): number {
  const [x0, y0] = [left + dx, top + dy];
  if (x0 < 0 || y0 < 0 || x0 + side > to.width || y0 + side > to.height) return Infinity;
  let shift = 0;
  for (let y = 0; y < side; y++) {
    let a = (top + y) * from.width + left;
    let b = (y0 + y) * to.width + x0;
    for (let x = 0; x < side; x++) shift += to.data[b++]! - from.data[a++]!;
  }
  shift /= side * side;
  let cost = 0;
  for (let y = 0; y < side; y++) {
    let a = (top + y) * from.width + left;
    let b = (y0 + y) * to.width + x0;
    for (let x = 0; x < side; x++) cost += Math.abs(to.data[b++]! - from.data[a++]! - shift);
    if (cost >= limit) return Infinity;
  }
  return cost;
}

function deviation({ data, width }: GreyRaster, left: number, top: number): number {
  let [sum, squares] = [0, 0];
  for (let y = top; y < top + BLOCK; y++) {
    for (let x = left; x < left + BLOCK; x++) {
      const value = data[y * width + x]!;
      sum += value;
      squares += value * value;
    }
  }
  const count = BLOCK * BLOCK;
  return Math.sqrt(Math.max(0, squares / count - (sum / count) ** 2));
}

function halved({ data, width, height }: GreyRaster): GreyRaster {
  const half = { width: width >> 1, height: height >> 1 };
  const result = new Uint8Array(half.width * half.height);
  for (let y = 0, to = 0; y < half.height; y++) {
    for (let x = 0; x < half.width; x++, to++) {
      const from = 2 * y * width + 2 * x;
      result[to] = (data[from]! + data[from + 1]! + data[from + width]! + data[from + width + 1]! + 2) >> 2;
    }
  }
  return { data: result, ...half };
}
