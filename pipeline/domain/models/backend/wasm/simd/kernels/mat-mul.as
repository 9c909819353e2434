/** Products of rows with a matrix, of which convolutions are made too. */
import { finish, start } from './activation';
import { BLOCK, FLOAT, get, madd, put } from './lanes';

/** out[0..3][0..7] += a b for four rows of a [., k] and eight columns of b [k, n]. */
// @ts-ignore: decorator
@inline
function rows4x8(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, outStep: usize, k: usize): void {
  let p0 = v128.load(out), q0 = v128.load(out, 16);
  let p1 = v128.load(out + outStep), q1 = v128.load(out + outStep, 16);
  let p2 = v128.load(out + 2 * outStep), q2 = v128.load(out + 2 * outStep, 16);
  let p3 = v128.load(out + 3 * outStep), q3 = v128.load(out + 3 * outStep, 16);
  let a1 = a + aStep, a2 = a + 2 * aStep, a3 = a + 3 * aStep;
  for (const end = a + FLOAT * k; a < end; a += 4, a1 += 4, a2 += 4, a3 += 4, b += bStep) {
    const p = v128.load(b), q = v128.load(b, 16);
    const x0 = v128.load32_splat(a);
    p0 = madd(x0, p, p0);
    q0 = madd(x0, q, q0);
    const x1 = v128.load32_splat(a1);
    p1 = madd(x1, p, p1);
    q1 = madd(x1, q, q1);
    const x2 = v128.load32_splat(a2);
    p2 = madd(x2, p, p2);
    q2 = madd(x2, q, q2);
    const x3 = v128.load32_splat(a3);
    p3 = madd(x3, p, p3);
    q3 = madd(x3, q, q3);
  }
  v128.store(out, p0);
  v128.store(out, q0, 16);
  v128.store(out + outStep, p1);
  v128.store(out + outStep, q1, 16);
  v128.store(out + 2 * outStep, p2);
  v128.store(out + 2 * outStep, q2, 16);
  v128.store(out + 3 * outStep, p3);
  v128.store(out + 3 * outStep, q3, 16);
}

/** The same for four columns or one. */
// @ts-ignore: decorator
@inline
function rows4x4(a: usize, aStep: usize, b: usize, bStep: usize, out: usize, outStep: usize, k: usize, one: bool): void {
  let p0 = get(out, one), p1 = get(out + outStep, one), p2 = get(out + 2 * outStep, one), p3 = get(out + 3 * outStep, one);
  let a1 = a + aStep, a2 = a + 2 * aStep, a3 = a + 3 * aStep;
  for (const end = a + FLOAT * k; a < end; a += 4, a1 += 4, a2 += 4, a3 += 4, b += bStep) {
    const p = get(b, one);
    p0 = madd(v128.load32_splat(a), p, p0);
    p1 = madd(v128.load32_splat(a1), p, p1);
    p2 = madd(v128.load32_splat(a2), p, p2);
    p3 = madd(v128.load32_splat(a3), p, p3);
  }
  put(out, p0, one);
  put(out + outStep, p1, one);
  put(out + 2 * outStep, p2, one);
  put(out + 3 * outStep, p3, one);
}

/** The same for one row and eight columns. */
// @ts-ignore: decorator
@inline
function rows1x8(a: usize, b: usize, bStep: usize, out: usize, k: usize): void {
  let p = v128.load(out), q = v128.load(out, 16);
  for (const end = a + FLOAT * k; a < end; a += 4, b += bStep) {
    const x = v128.load32_splat(a);
    p = madd(x, v128.load(b), p);
    q = madd(x, v128.load(b, 16), q);
  }
  v128.store(out, p);
  v128.store(out, q, 16);
}

/** The same for one row and four columns or one. */
// @ts-ignore: decorator
@inline
function rows1x4(a: usize, b: usize, bStep: usize, out: usize, k: usize, one: bool): void {
  let sum = get(out, one);
  for (const end = a + FLOAT * k; a < end; a += 4, b += bStep) sum = madd(v128.load32_splat(a), get(b, one), sum);
  put(out, sum, one);
}

/** out [count, n] += a [count, k] b [k, n], with the rows of a and out `aStep` and `outStep` bytes apart. */
export function product(a: usize, aStep: usize, b: usize, out: usize, outStep: usize, count: usize, k: usize, n: usize): void {
  const bStep = FLOAT * n;
  let i: usize = 0;
  for (; i + 4 <= count; i += 4, a += 4 * aStep, out += 4 * outStep) {
    let j: usize = 0;
    for (; j + 8 <= n; j += 8) rows4x8(a, aStep, b + FLOAT * j, bStep, out + FLOAT * j, outStep, k);
    for (; j + 4 <= n; j += 4) rows4x4(a, aStep, b + FLOAT * j, bStep, out + FLOAT * j, outStep, k, false);
    for (; j < n; j++) rows4x4(a, aStep, b + FLOAT * j, bStep, out + FLOAT * j, outStep, k, true);
  }
  for (; i < count; i++, a += aStep, out += outStep) {
    let j: usize = 0;
    for (; j + 8 <= n; j += 8) rows1x8(a, b + FLOAT * j, bStep, out + FLOAT * j, k);
    for (; j + 4 <= n; j += 4) rows1x4(a, b + FLOAT * j, bStep, out + FLOAT * j, k, false);
    for (; j < n; j++) rows1x4(a, b + FLOAT * j, bStep, out + FLOAT * j, k, true);
  }
}

/** out [rows, n] = activation(a [rows, k] b [k, n] + bias [n]); no bias where it is 0. */
export function matMul(
  a: usize, b: usize, bias: usize, out: usize, rows: usize, k: usize, n: usize, activation: i32,
): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first);
    const to = out + FLOAT * first * n;
    start(to, bias, count, n);
    product(a + FLOAT * first * k, FLOAT * k, b, to, FLOAT * n, count, k, n);
    finish(to, count * n, activation);
  }
}
