/**
 * The loops that training spends its time in and tfjs' wasm backend has not (or has slow), in AssemblyScript
 * (assemblyscript.org) with 128-bit SIMD. `build.ts` beside this file compiles it to kernels.wasm, which runs on
 * the memory of tfjs' own module: every argument named after a tensor is the address of its first float32.
 *
 * Pictures are [n, h, w, c]; `rows` are all axes but the channels'. Where the number of channels is no multiple of
 * four, the rest is done one by one with the same instructions: `one` picks a single float or four.
 */

/** Positions that are summed in registers before they are added to the total: keeps float32 sums exact enough. */
const BLOCK: usize = 128;

/** The same where several arrays are walked together, which must stay in the first-level cache. */
const SMALL_BLOCK: usize = 32;

/** Bytes of a float32. */
const FLOAT: usize = 4;

// @ts-ignore: decorator
@inline
function get(at: usize, one: bool): v128 {
  return one ? v128.load32_zero(at) : v128.load(at);
}

// @ts-ignore: decorator
@inline
function put(at: usize, value: v128, one: bool): void {
  if (one) v128.store_lane<f32>(at, value, 0);
  else v128.store(at, value);
}

// @ts-ignore: decorator
@inline
function madd(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/**
 * 1 / (1 + exp(-x)); exp as in the Cephes library (expf.c), relative error about 2e-7. Adding 1.5 * 2^23 rounds to a
 * whole number and leaves it in the low bits, from where it is shifted into the exponent.
 */
// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  const magic = f32x4.splat(12582912);
  const t = f32x4.pmax(f32x4.pmin(f32x4.neg(x), f32x4.splat(87)), f32x4.splat(-87));
  const shifted = madd(t, f32x4.splat(1.44269504088896341), magic);
  const n = f32x4.sub(shifted, magic);
  const r = madd(n, f32x4.splat(2.12194440e-4), madd(n, f32x4.splat(-0.693359375), t));
  let p = madd(f32x4.splat(1.9875691500e-4), r, f32x4.splat(1.3981999507e-3));
  p = madd(p, r, f32x4.splat(8.3334519073e-3));
  p = madd(p, r, f32x4.splat(4.1665795894e-2));
  p = madd(p, r, f32x4.splat(1.6666665459e-1));
  p = madd(p, r, f32x4.splat(5.0000001201e-1));
  p = madd(p, f32x4.mul(r, r), f32x4.add(r, f32x4.splat(1)));
  const power = i32x4.add(i32x4.shl(shifted, 23), i32x4.splat(127 << 23));
  return f32x4.div(f32x4.splat(1), madd(p, power, f32x4.splat(1)));
}

// @ts-ignore: decorator
@inline
function siluStep(x: usize, y: usize, one: bool): void {
  const value = get(x, one);
  put(y, f32x4.mul(value, sigmoid4(value)), one);
}

/** y = x * sigmoid(x), `n` values. */
export function silu(x: usize, y: usize, n: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) siluStep(x + FLOAT * i, y + FLOAT * i, false);
  for (; i < n; i++) siluStep(x + FLOAT * i, y + FLOAT * i, true);
}

/** The slope of SiLU: s (1 + x (1 - s)). */
// @ts-ignore: decorator
@inline
function slope(x: v128): v128 {
  const s = sigmoid4(x);
  const one = f32x4.splat(1);
  return f32x4.mul(s, madd(x, f32x4.sub(one, s), one));
}

/** dx = dy * silu'(x), `n` values. */
export function siluGrad(x: usize, dy: usize, dx: usize, n: usize): void {
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(dx + FLOAT * i, f32x4.mul(v128.load(dy + FLOAT * i), slope(v128.load(x + FLOAT * i))));
  }
  for (; i < n; i++) {
    put(dx + FLOAT * i, f32x4.mul(get(dy + FLOAT * i, true), slope(get(x + FLOAT * i, true))), true);
  }
}

// @ts-ignore: decorator
@inline
function scaledStep(x: usize, scale: usize, bias: usize, y: usize, rows: usize, step: usize, one: bool): void {
  const a = get(scale, one);
  const b = get(bias, one);
  for (let row: usize = 0; row < rows; row++, x += step, y += step) {
    const z = madd(get(x, one), a, b);
    put(y, f32x4.mul(z, sigmoid4(z)), one);
  }
}

/** y = silu(x * scale + bias): x and y [rows, c], scale and bias [c]. */
export function scaledSilu(x: usize, scale: usize, bias: usize, y: usize, rows: usize, c: usize): void {
  for (let first: usize = 0; first < rows; first += SMALL_BLOCK) {
    const count = min(SMALL_BLOCK, rows - first);
    const at = FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) {
      scaledStep(x + at + FLOAT * k, scale + FLOAT * k, bias + FLOAT * k, y + at + FLOAT * k, count, FLOAT * c, false);
    }
    for (; k < c; k++) {
      scaledStep(x + at + FLOAT * k, scale + FLOAT * k, bias + FLOAT * k, y + at + FLOAT * k, count, FLOAT * c, true);
    }
  }
}

// @ts-ignore: decorator
@inline
function scaledGradStep(
  x: usize, scale: usize, bias: usize, dy: usize, dx: usize, dscale: usize, dbias: usize,
  rows: usize, step: usize, one: bool,
): void {
  const a = get(scale, one);
  const b = get(bias, one);
  let sumScale = f32x4.splat(0);
  let sumBias = f32x4.splat(0);
  for (let row: usize = 0; row < rows; row++, x += step, dy += step, dx += step) {
    const value = get(x, one);
    const dz = f32x4.mul(get(dy, one), slope(madd(value, a, b)));
    put(dx, f32x4.mul(dz, a), one);
    sumScale = madd(dz, value, sumScale);
    sumBias = f32x4.add(sumBias, dz);
  }
  put(dscale, f32x4.add(get(dscale, one), sumScale), one);
  put(dbias, f32x4.add(get(dbias, one), sumBias), one);
}

/** The gradients of {@link scaledSilu}: dx [rows, c]; dscale and dbias [c] are added to. */
export function scaledSiluGrad(
  x: usize, scale: usize, bias: usize, dy: usize, dx: usize, dscale: usize, dbias: usize, rows: usize, c: usize,
): void {
  for (let first: usize = 0; first < rows; first += SMALL_BLOCK) {
    const count = min(SMALL_BLOCK, rows - first);
    const at = FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) {
      const o = at + FLOAT * k;
      scaledGradStep(x + o, scale + FLOAT * k, bias + FLOAT * k, dy + o, dx + o, dscale + FLOAT * k, dbias + FLOAT * k, count, FLOAT * c, false);
    }
    for (; k < c; k++) {
      const o = at + FLOAT * k;
      scaledGradStep(x + o, scale + FLOAT * k, bias + FLOAT * k, dy + o, dx + o, dscale + FLOAT * k, dbias + FLOAT * k, count, FLOAT * c, true);
    }
  }
}

// @ts-ignore: decorator
@inline
function sumStep(x: usize, out: usize, rows: usize, step: usize, one: bool): void {
  let even = f32x4.splat(0);
  let odd = f32x4.splat(0);
  let row: usize = 0;
  for (; row + 2 <= rows; row += 2, x += 2 * step) {
    even = f32x4.add(even, get(x, one));
    odd = f32x4.add(odd, get(x + step, one));
  }
  if (row < rows) even = f32x4.add(even, get(x, one));
  put(out, f32x4.add(get(out, one), f32x4.add(even, odd)), one);
}

/** Adds the sum of x [rows, c] over its rows to out [c]. */
export function sumRows(x: usize, out: usize, rows: usize, c: usize): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    const count = min(BLOCK, rows - first);
    const at = x + FLOAT * first * c;
    let k: usize = 0;
    for (; k + 4 <= c; k += 4) sumStep(at + FLOAT * k, out + FLOAT * k, count, FLOAT * c, false);
    for (; k < c; k++) sumStep(at + FLOAT * k, out + FLOAT * k, count, FLOAT * c, true);
  }
}

/** dw[0..3][0..7] += x^T dy over `count` positions, four input by eight output channels at a time. */
// @ts-ignore: decorator
@inline
function tile4x8(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, row: usize): void {
  let a0 = v128.load(dw), b0 = v128.load(dw, 16);
  let a1 = v128.load(dw + row), b1 = v128.load(dw + row, 16);
  let a2 = v128.load(dw + 2 * row), b2 = v128.load(dw + 2 * row, 16);
  let a3 = v128.load(dw + 3 * row), b3 = v128.load(dw + 3 * row, 16);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    const a = v128.load(dy), b = v128.load(dy, 16);
    const x0 = v128.load32_splat(x);
    a0 = madd(x0, a, a0);
    b0 = madd(x0, b, b0);
    const x1 = v128.load32_splat(x, 4);
    a1 = madd(x1, a, a1);
    b1 = madd(x1, b, b1);
    const x2 = v128.load32_splat(x, 8);
    a2 = madd(x2, a, a2);
    b2 = madd(x2, b, b2);
    const x3 = v128.load32_splat(x, 12);
    a3 = madd(x3, a, a3);
    b3 = madd(x3, b, b3);
  }
  v128.store(dw, a0);
  v128.store(dw, b0, 16);
  v128.store(dw + row, a1);
  v128.store(dw + row, b1, 16);
  v128.store(dw + 2 * row, a2);
  v128.store(dw + 2 * row, b2, 16);
  v128.store(dw + 3 * row, a3);
  v128.store(dw + 3 * row, b3, 16);
}

/** The same for four input channels and four or one output channels. */
// @ts-ignore: decorator
@inline
function tile4x4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, row: usize, one: bool): void {
  let a0 = get(dw, one), a1 = get(dw + row, one), a2 = get(dw + 2 * row, one), a3 = get(dw + 3 * row, one);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    const a = get(dy, one);
    a0 = madd(v128.load32_splat(x), a, a0);
    a1 = madd(v128.load32_splat(x, 4), a, a1);
    a2 = madd(v128.load32_splat(x, 8), a, a2);
    a3 = madd(v128.load32_splat(x, 12), a, a3);
  }
  put(dw, a0, one);
  put(dw + row, a1, one);
  put(dw + 2 * row, a2, one);
  put(dw + 3 * row, a3, one);
}

/** The same for one input channel. */
// @ts-ignore: decorator
@inline
function tile1x4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: usize, dw: usize, one: bool): void {
  let sum = get(dw, one);
  for (let i: usize = 0; i < count; i++, x += xStep, dy += dyStep) {
    sum = madd(v128.load32_splat(x), get(dy, one), sum);
  }
  put(dw, sum, one);
}

/** dw [c, k] += x^T dy, for `count` positions of x (c channels, `xStep` bytes apart) and dy [count, k]. */
function outer(x: usize, xStep: usize, dy: usize, count: usize, dw: usize, c: usize, k: usize): void {
  const row = FLOAT * k;
  let i: usize = 0;
  for (; i + 4 <= c; i += 4) {
    const to = dw + i * row;
    const from = x + FLOAT * i;
    let j: usize = 0;
    for (; j + 8 <= k; j += 8) tile4x8(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row);
    for (; j + 4 <= k; j += 4) tile4x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row, false);
    for (; j < k; j++) tile4x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, row, true);
  }
  for (; i < c; i++) {
    const to = dw + i * row;
    const from = x + FLOAT * i;
    let j: usize = 0;
    for (; j + 4 <= k; j += 4) tile1x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, false);
    for (; j < k; j++) tile1x4(from, xStep, dy + FLOAT * j, row, count, to + FLOAT * j, true);
  }
}

/** dw [c, k] += x^T dy for x [rows, c] and dy [rows, k]: a 1x1 convolution's filter gradient. */
export function outerProduct(x: usize, dy: usize, dw: usize, rows: usize, c: usize, k: usize): void {
  for (let first: usize = 0; first < rows; first += BLOCK) {
    outer(x + FLOAT * first * c, FLOAT * c, dy + FLOAT * first * k, min(BLOCK, rows - first), dw, c, k);
  }
}

// @ts-ignore: decorator
@inline
function ceilDiv(a: i32, b: i32): i32 {
  return a <= 0 ? 0 : (a + b - 1) / b;
}

/** dw [fh, fw, c, k] += the filter gradient of a convolution of x [n, h, w, c] with output gradient dy [n, oh, ow, k]. */
export function convFilterGrad(
  x: usize, dy: usize, dw: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const grads = dy + FLOAT * <usize>((image * oh + y) * ow * k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          // Output columns [from, until) see the picture, the others the padding.
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          if (until <= from) continue;
          const source = x + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          const target = dw + FLOAT * <usize>((dh * fw + dv) * c * k);
          outer(source, FLOAT * <usize>(strideW * c), grads + FLOAT * <usize>(from * k), until - from, target, c, k);
        }
      }
    }
  }
}

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
function product(a: usize, aStep: usize, b: usize, out: usize, outStep: usize, count: usize, k: usize, n: usize): void {
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

/** Sets the rows of out [rows, n] to `bias` [n], or to zeros where `bias` is 0. */
function start(out: usize, bias: usize, rows: usize, n: usize): void {
  if (bias == 0) {
    memory.fill(out, 0, FLOAT * rows * n);
    return;
  }
  for (let row: usize = 0; row < rows; row++, out += FLOAT * n) {
    let i: usize = 0;
    for (; i + 4 <= n; i += 4) v128.store(out + FLOAT * i, v128.load(bias + FLOAT * i));
    for (; i < n; i++) put(out + FLOAT * i, get(bias + FLOAT * i, true), true);
  }
}

// @ts-ignore: decorator
@inline
function activate(at: usize, activation: i32, one: bool): void {
  const x = get(at, one);
  if (activation == 3) put(at, f32x4.mul(x, sigmoid4(x)), one);
  else {
    const positive = f32x4.pmax(x, f32x4.splat(0));
    put(at, activation == 2 ? f32x4.pmin(positive, f32x4.splat(6)) : positive, one);
  }
}

/** Applies an activation in place to `n` values: 0 none, 1 ReLU, 2 ReLU6, 3 SiLU. */
function finish(at: usize, n: usize, activation: i32): void {
  if (activation == 0) return;
  let i: usize = 0;
  for (; i + 4 <= n; i += 4) activate(at + FLOAT * i, activation, false);
  for (; i < n; i++) activate(at + FLOAT * i, activation, true);
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

/** dx [n, h, w, c] += the input gradient of a convolution with the filter turned to `flipped` [fh, fw, k, c]. */
export function convInputGrad(
  dy: usize, flipped: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const grads = dy + FLOAT * <usize>((image * oh + y) * ow * k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          if (until <= from) continue;
          const target = dx + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          const weights = flipped + FLOAT * <usize>((dh * fw + dv) * k * c);
          product(grads + FLOAT * <usize>(from * k), FLOAT * <usize>k, weights, target, FLOAT * <usize>(strideW * c), until - from, k, c);
        }
      }
    }
  }
}

/** Adds one filter row, `fw` taps of [c, k], for output columns [from, until) of one output row. */
// @ts-ignore: decorator
@inline
function convRow(
  x: usize, weights: usize, out: usize, w: i32, c: i32, ow: i32, k: i32, fw: i32, stride: i32, left: i32,
): void {
  const aStep = FLOAT * <usize>(stride * c);
  const outStep = FLOAT * <usize>k;
  // Where all taps see the picture they lie behind one another in memory, in the picture as in the filter. With few
  // channels that makes one product worth its start out of several that are not.
  let inner = 0, outer = 0;
  if (c < 16) {
    inner = min(ow, ceilDiv(left, stride));
    outer = max(inner, min(ow, w - fw + left < 0 ? 0 : (w - fw + left) / stride + 1));
    product(x + FLOAT * <usize>((inner * stride - left) * c), aStep, weights, out + outStep * inner, outStep, outer - inner, fw * c, k);
  }
  for (let dv = 0; dv < fw; dv++) {
    const shift = dv - left;
    const from = min(ow, ceilDiv(-shift, stride));
    const until = min(ow, ceilDiv(w - shift, stride));
    const tap = weights + FLOAT * <usize>(dv * c * k);
    for (let side = 0; side < 2; side++) {
      const first = side == 0 ? from : max(from, outer);
      const end = side == 0 ? min(until, inner) : until;
      // Without an inner part (inner == outer == 0) the second side is the whole row.
      if (end <= first) continue;
      product(x + FLOAT * <usize>((first * stride + shift) * c), aStep, tap, out + outStep * first, outStep, end - first, c, k);
    }
  }
}

/** out [n, oh, ow, k] = activation(the convolution of x [n, h, w, c] with filter [fh, fw, c, k], + bias [k]); no bias where it is 0. */
export function conv(
  x: usize, filter: usize, bias: usize, out: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32, k: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32, activation: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const row = out + FLOAT * <usize>((image * oh + y) * ow * k);
      start(row, bias, ow, k);
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        const source = x + FLOAT * <usize>((image * h + ih) * w * c);
        convRow(source, filter + FLOAT * <usize>(dh * fw * c * k), row, w, c, ow, k, fw, strideW, left);
      }
      finish(row, ow * k, activation);
    }
  }
}

/** out rows of `bytes`, `toStep` apart, from rows `fromStep` apart. */
export function copyRows(from: usize, fromStep: usize, to: usize, toStep: usize, rows: usize, bytes: usize): void {
  for (let row: usize = 0; row < rows; row++, from += fromStep, to += toStep) {
    let i: usize = 0;
    for (; i + 16 <= bytes; i += 16) v128.store(to + i, v128.load(from + i));
    for (; i + 4 <= bytes; i += 4) store<u32>(to + i, load<u32>(from + i));
  }
}

/** Four neighbouring pixels by eight channels of a depthwise row, all taps of which see the picture. */
// @ts-ignore: decorator
@inline
function depthwise4x8(
  x: usize, xRow: usize, xStep: usize, pixel: usize, weights: usize, out: usize, rows: i32, columns: i32,
): void {
  let p0 = v128.load(out), q0 = v128.load(out, 16);
  let p1 = v128.load(out + pixel), q1 = v128.load(out + pixel, 16);
  let p2 = v128.load(out + 2 * pixel), q2 = v128.load(out + 2 * pixel, 16);
  let p3 = v128.load(out + 3 * pixel), q3 = v128.load(out + 3 * pixel, 16);
  for (let i = 0; i < rows; i++, x += xRow) {
    let at = x;
    for (let j = 0; j < columns; j++, at += pixel, weights += pixel) {
      const p = v128.load(weights), q = v128.load(weights, 16);
      p0 = madd(v128.load(at), p, p0);
      q0 = madd(v128.load(at, 16), q, q0);
      p1 = madd(v128.load(at + xStep), p, p1);
      q1 = madd(v128.load(at + xStep, 16), q, q1);
      p2 = madd(v128.load(at + 2 * xStep), p, p2);
      q2 = madd(v128.load(at + 2 * xStep, 16), q, q2);
      p3 = madd(v128.load(at + 3 * xStep), p, p3);
      q3 = madd(v128.load(at + 3 * xStep, 16), q, q3);
    }
  }
  v128.store(out, p0);
  v128.store(out, q0, 16);
  v128.store(out + pixel, p1);
  v128.store(out + pixel, q1, 16);
  v128.store(out + 2 * pixel, p2);
  v128.store(out + 2 * pixel, q2, 16);
  v128.store(out + 3 * pixel, p3);
  v128.store(out + 3 * pixel, q3, 16);
}

/** One pixel by sixteen channels: `columns` taps of every row given. */
// @ts-ignore: decorator
@inline
function depthwise1x16(
  x: usize, xRow: usize, pixel: usize, weights: usize, weightRow: usize, out: usize, rows: i32, columns: i32,
): void {
  let a = v128.load(out), b = v128.load(out, 16), c = v128.load(out, 32), d = v128.load(out, 48);
  for (let i = 0; i < rows; i++, x += xRow, weights += weightRow) {
    let at = x;
    let weight = weights;
    for (let j = 0; j < columns; j++, at += pixel, weight += pixel) {
      a = madd(v128.load(at), v128.load(weight), a);
      b = madd(v128.load(at, 16), v128.load(weight, 16), b);
      c = madd(v128.load(at, 32), v128.load(weight, 32), c);
      d = madd(v128.load(at, 48), v128.load(weight, 48), d);
    }
  }
  v128.store(out, a);
  v128.store(out, b, 16);
  v128.store(out, c, 32);
  v128.store(out, d, 48);
}

/** The same for four channels or one. */
// @ts-ignore: decorator
@inline
function depthwise1x4(
  x: usize, xRow: usize, pixel: usize, weights: usize, weightRow: usize, out: usize, rows: i32, columns: i32, one: bool,
): void {
  let sum = get(out, one);
  for (let i = 0; i < rows; i++, x += xRow, weights += weightRow) {
    let at = x;
    let weight = weights;
    for (let j = 0; j < columns; j++, at += pixel, weight += pixel) sum = madd(get(at, one), get(weight, one), sum);
  }
  put(out, sum, one);
}

/** out [n, oh, ow, c] = activation(the depthwise convolution of x [n, h, w, c] with filter [fh, fw, c], + bias [c]); no bias where it is 0. */
export function depthwise(
  x: usize, filter: usize, bias: usize, out: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32, activation: i32,
): void {
  const pixel = FLOAT * <usize>c;
  const xRow = pixel * w;
  const weightRow = pixel * fw;
  // Output columns [inner, outer) see the picture with all taps.
  const inner = min(ow, ceilDiv(left, strideW));
  const outer = max(inner, min(ow, w - fw + left < 0 ? 0 : (w - fw + left) / strideW + 1));
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const row = out + pixel * <usize>((image * oh + y) * ow);
      start(row, bias, ow, c);
      const firstTap = max(0, top - y * strideH);
      const rows = min(fh, h + top - y * strideH) - firstTap;
      const source = x + xRow * (image * h + y * strideH + firstTap - top);
      const weights = filter + weightRow * firstTap;
      let z = 0;
      while (z < ow) {
        const full = z >= inner && z + 4 <= outer;
        const column = z * strideW - left;
        const fromX = max(0, -column);
        const columns = min(fw, w - column) - fromX;
        const from = source + pixel * (column + fromX);
        const to = row + pixel * z;
        let i: usize = 0;
        if (full) {
          for (; i + 32 <= pixel; i += 32) depthwise4x8(from + i, xRow, pixel * strideW, pixel, weights + i, to + i, rows, columns);
        }
        const count = full ? 4 : 1;
        // What the tiles above left: the edges of the picture, and channels beyond a multiple of eight.
        for (let r = 0; r < count; r++) {
          const source = from + pixel * strideW * r;
          const taps = weights + pixel * fromX;
          const target = to + pixel * r;
          let k = i;
          for (; k + 64 <= pixel; k += 64) depthwise1x16(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns);
          for (; k + 16 <= pixel; k += 16) depthwise1x4(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns, false);
          for (; k < pixel; k += 4) depthwise1x4(source + k, xRow, pixel, taps + k, weightRow, target + k, rows, columns, true);
        }
        z += count;
      }
      finish(row, ow * c, activation);
    }
  }
}

/** dx [n, h, w, c] += the input gradient of a depthwise convolution with filter [fh, fw, c] and dy [n, oh, ow, c]. */
export function depthwiseInputGrad(
  dy: usize, filter: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const until = min(ow, ceilDiv(w - shift, strideW));
          const weights = filter + FLOAT * <usize>((dh * fw + dv) * c);
          let grads = dy + FLOAT * <usize>(((image * oh + y) * ow + from) * c);
          let target = dx + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          for (let z = from; z < until; z++, grads += FLOAT * c, target += FLOAT * <usize>(strideW * c)) {
            let i: usize = 0;
            for (; i + 16 <= FLOAT * c; i += 16) {
              v128.store(target + i, madd(v128.load(grads + i), v128.load(weights + i), v128.load(target + i)));
            }
            for (; i < FLOAT * c; i += 4) {
              put(target + i, madd(get(grads + i, true), get(weights + i, true), get(target + i, true)), true);
            }
          }
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function dot16(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, dw: usize): void {
  let a = v128.load(dw), b = v128.load(dw, 16), c = v128.load(dw, 32), d = v128.load(dw, 48);
  for (let i = 0; i < count; i++, x += xStep, dy += dyStep) {
    a = madd(v128.load(x), v128.load(dy), a);
    b = madd(v128.load(x, 16), v128.load(dy, 16), b);
    c = madd(v128.load(x, 32), v128.load(dy, 32), c);
    d = madd(v128.load(x, 48), v128.load(dy, 48), d);
  }
  v128.store(dw, a);
  v128.store(dw, b, 16);
  v128.store(dw, c, 32);
  v128.store(dw, d, 48);
}

// @ts-ignore: decorator
@inline
function dot4(x: usize, xStep: usize, dy: usize, dyStep: usize, count: i32, dw: usize, one: bool): void {
  let sum = get(dw, one);
  for (let i = 0; i < count; i++, x += xStep, dy += dyStep) sum = madd(get(x, one), get(dy, one), sum);
  put(dw, sum, one);
}

/** dw [fh, fw, c] += the filter gradient of a depthwise convolution of x [n, h, w, c] with dy [n, oh, ow, c]. */
export function depthwiseFilterGrad(
  x: usize, dy: usize, dw: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      for (let dh = 0; dh < fh; dh++) {
        const ih = y * strideH + dh - top;
        if (ih < 0 || ih >= h) continue;
        for (let dv = 0; dv < fw; dv++) {
          const shift = dv - left;
          const from = min(ow, ceilDiv(-shift, strideW));
          const count = min(ow, ceilDiv(w - shift, strideW)) - from;
          let source = x + FLOAT * <usize>(((image * h + ih) * w + from * strideW + shift) * c);
          let grads = dy + FLOAT * <usize>(((image * oh + y) * ow + from) * c);
          let target = dw + FLOAT * <usize>((dh * fw + dv) * c);
          const xStep = FLOAT * <usize>(strideW * c);
          const dyStep = FLOAT * <usize>c;
          let k = 0;
          for (; k + 16 <= c; k += 16, source += 64, grads += 64, target += 64) dot16(source, xStep, grads, dyStep, count, target);
          for (; k + 4 <= c; k += 4, source += 16, grads += 16, target += 16) dot4(source, xStep, grads, dyStep, count, target, false);
          for (; k < c; k++, source += 4, grads += 4, target += 4) dot4(source, xStep, grads, dyStep, count, target, true);
        }
      }
    }
  }
}

/** Adds `value` at the address `at`; 0 stands for "no maximum found" (all values were NaN). */
// @ts-ignore: decorator
@inline
function addTo(at: usize, value: f32): void {
  if (at != 0) store<f32>(at, load<f32>(at) + value);
}

/** Sends the gradients at dy to the first maximum of a window of height x width pixels, in every channel. */
// @ts-ignore: decorator
@inline
function maxStep(x: usize, dx: usize, dy: usize, row: usize, step: usize, height: i32, width: i32, one: bool): void {
  let best = f32x4.splat(-Infinity);
  let where = i32x4.splat(0);
  for (let i = 0; i < height; i++) {
    let at = x + <usize>i * row;
    let target = dx + <usize>i * row;
    for (let j = 0; j < width; j++, at += step, target += step) {
      const value = get(at, one);
      const larger = f32x4.gt(value, best);
      best = v128.bitselect(value, best, larger);
      where = v128.bitselect(i32x4.splat(<i32>target), where, larger);
    }
  }
  const grads = get(dy, one);
  addTo(<u32>i32x4.extract_lane(where, 0), f32x4.extract_lane(grads, 0));
  if (one) return;
  const second = <u32>i32x4.extract_lane(where, 1), third = <u32>i32x4.extract_lane(where, 2), fourth = <u32>i32x4.extract_lane(where, 3);
  if (second != 0) addTo(second + 4, f32x4.extract_lane(grads, 1));
  if (third != 0) addTo(third + 8, f32x4.extract_lane(grads, 2));
  if (fourth != 0) addTo(fourth + 12, f32x4.extract_lane(grads, 3));
}

/** dx [n, h, w, c] += the gradient of max pooling x with output gradient dy [n, oh, ow, c]. */
export function maxPoolGrad(
  x: usize, dy: usize, dx: usize, n: i32, h: i32, w: i32, c: i32, oh: i32, ow: i32,
  fh: i32, fw: i32, strideH: i32, strideW: i32, top: i32, left: i32,
): void {
  const step = FLOAT * <usize>c;
  const row = step * w;
  let grads = dy;
  for (let image = 0; image < n; image++) {
    for (let y = 0; y < oh; y++) {
      const fromY = max(0, y * strideH - top);
      const height = min(h, y * strideH - top + fh) - fromY;
      for (let z = 0; z < ow; z++) {
        const fromX = max(0, z * strideW - left);
        const width = min(w, z * strideW - left + fw) - fromX;
        const offset = FLOAT * <usize>(((image * h + fromY) * w + fromX) * c);
        let k: usize = 0;
        for (; k + 16 <= step; k += 16) maxStep(x + offset + k, dx + offset + k, grads + k, row, step, height, width, false);
        for (; k < step; k += 4) maxStep(x + offset + k, dx + offset + k, grads + k, row, step, height, width, true);
        grads += step;
      }
    }
  }
}
