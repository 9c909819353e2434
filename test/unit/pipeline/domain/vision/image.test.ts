import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import sharp from 'sharp';
import {
  crop,
  decodeImage,
  encodeJpeg,
  encodePng,
  letterbox,
  type Raster,
  toGrey,
  withImage,
} from '../../../../../pipeline/domain/vision/image.ts';
import { PoisonError } from '../../../../../pipeline/runtime/errors.ts';

/** Each pixel tells where it is: red = x, green = y, blue = 7. */
function ramp(width: number, height: number): Raster {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) data.set([x, y, 7], (y * width + x) * 3);
  }
  return { data, width, height };
}

const pixel = ({ data, width }: Raster, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

test('image - a PNG comes back to the byte', async () => {
  const picture = ramp(40, 30);
  const back = await decodeImage(await encodePng(picture), 'ramp.png');
  assert.deepEqual([back.width, back.height], [40, 30]);
  assert.deepEqual(Buffer.from(back.data), Buffer.from(picture.data));
});

/** A BMP of 24 bits a pixel; rows are filled up to four bytes. */
function bmp({ width, height, data }: Raster, isTopDown = false): Uint8Array {
  const stride = 4 * Math.ceil((3 * width) / 4);
  const bytes = Buffer.alloc(54 + stride * height);
  bytes.write('BM');
  bytes.writeUInt32LE(bytes.length, 2);
  bytes.writeUInt32LE(54, 10);
  bytes.writeUInt32LE(40, 14);
  bytes.writeInt32LE(width, 18);
  bytes.writeInt32LE(isTopDown ? -height : height, 22);
  bytes.writeUInt16LE(1, 26);
  bytes.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y++) {
    const row = 54 + stride * (isTopDown ? y : height - 1 - y);
    for (let x = 0; x < width; x++) {
      const from = (y * width + x) * 3;
      bytes.set(data.subarray(from, from + 3).toReversed(), row + 3 * x);
    }
  }
  return bytes;
}

test('image - a BMP comes back to the byte, whichever way up; one that is cut off or too large is none', async () => {
  const picture = ramp(5, 7);
  for (const isTopDown of [false, true]) {
    const bytes = bmp(picture, isTopDown);
    const { data, ...size } = await withImage(bytes, 'ramp.bmp', async (raster) => ({
      ...raster,
      data: Buffer.from(raster.data),
    }));
    assert.deepEqual(size, { width: 5, height: 7 });
    assert.deepEqual(data, Buffer.from(picture.data));
  }
  await assert.rejects(decodeImage(bmp(picture).subarray(0, 90), 'cut.bmp'), PoisonError);
  const huge = Buffer.from(bmp(picture));
  huge.writeInt32LE(100_000, 18);
  huge.writeInt32LE(-100_000, 22);
  await assert.rejects(decodeImage(huge, 'huge.bmp'), /huge\.bmp can't be read.*more than \d+ px/);
});

test('image - a JPEG comes back nearly, the same bytes each time, smaller at a lower quality', async () => {
  const picture = ramp(64, 48);
  const fine = await encodeJpeg(picture, 95);
  assert.deepEqual(Buffer.from(await encodeJpeg(picture, 95)), Buffer.from(fine));
  assert.ok((await encodeJpeg(picture, 30)).byteLength < fine.byteLength);
  const back = await decodeImage(fine, 'ramp.jpg');
  for (const [i, value] of picture.data.entries()) assert.ok(Math.abs(value - back.data[i]!) < 24);
});

test('image - a picture taken sideways is turned upright', async () => {
  const { data, width, height } = ramp(40, 30);
  // orientation 6: the camera was turned, so what is shown is a quarter turn clockwise
  const sideways = await sharp(data, { raw: { width, height, channels: 3 } })
    .withMetadata({ orientation: 6 })
    .png()
    .toBuffer();
  const upright = await decodeImage(sideways, 'sideways.png');
  assert.deepEqual([upright.width, upright.height], [30, 40]);
  assert.deepEqual(pixel(upright, 29, 0), [0, 0, 7]);
});

test('image - grey, 16 bit and transparent pictures become 8 bit RGB', async () => {
  const grey = await sharp(Buffer.alloc(12, 100), { raw: { width: 4, height: 3, channels: 1 } })
    .png()
    .toBuffer();
  const deep = await sharp(grey).toColourspace('grey16').png().toBuffer();
  const clear = await sharp(grey).ensureAlpha(0.5).png().toBuffer();
  for (const bytes of [grey, deep, clear]) {
    const { data, width, height } = await decodeImage(bytes, 'grey.png');
    assert.deepEqual([width, height, data.length], [4, 3, 36]);
    assert.ok(data.every((value) => value === 100));
  }
});

test('image - what is no whole picture is poison that names it', async () => {
  const jpeg = await encodeJpeg(ramp(200, 200), 90);
  const cases: [string, Uint8Array][] = [
    ['nothing', new Uint8Array()],
    ['text', Buffer.from('not a picture')],
    ['half', jpeg.subarray(0, jpeg.byteLength >> 1)],
  ];
  for (const [name, bytes] of cases) {
    await assert.rejects(decodeImage(bytes, name), (error) => {
      assert.ok(error instanceof PoisonError);
      assert.match(error.message, new RegExp(`^${name} `));
      assert.ok(error.found !== undefined && error.expected !== undefined);
      return true;
    });
  }
});

test('letterbox - a region of the net’s size is copied pixel by pixel', async () => {
  const { raster, scale, region } = await letterbox(ramp(120, 90), [10, 20, 32, 32], 32);
  assert.equal(scale, 1);
  assert.deepEqual(region, [10, 20, 32, 32]);
  assert.deepEqual(pixel(raster, 0, 0), [10, 20, 7]);
  assert.deepEqual(pixel(raster, 31, 31), [41, 51, 7]);
});

test('letterbox - the scaled region lies top left, the rest is 114', async () => {
  const { raster, scale, region } = await letterbox(ramp(200, 100), [0, 0, 200, 100], 50);
  assert.equal(scale, 0.25);
  assert.deepEqual(region, [0, 0, 200, 100]);
  assert.deepEqual([raster.width, raster.height], [50, 50]);
  assert.deepEqual(pixel(raster, 0, 25), [114, 114, 114]);
  assert.deepEqual(pixel(raster, 49, 49), [114, 114, 114]);
  // letterboxed (20, 10) is the source's (80..84, 40..44)
  const [red, green] = pixel(raster, 20, 10);
  assert.ok(Math.abs(red! - 81.5) <= 1 && Math.abs(green! - 41.5) <= 1);
});

test('letterbox - a region over the edge is cut to the picture, a small one is enlarged', async () => {
  const { scale, region } = await letterbox(ramp(100, 80), [80.4, -10, 40, 40], 60);
  assert.deepEqual(region, [80, 0, 20, 30]);
  assert.equal(scale, 2);
});

test('letterbox - a region outside the picture is poison', async () => {
  await assert.rejects(letterbox(ramp(10, 10), [20, 20, 5, 5], 8), PoisonError);
});

test('crop - gives the region’s own pixels', () => {
  const cut = crop(ramp(50, 50), [5, 6, 3, 2]);
  assert.deepEqual([cut.width, cut.height], [3, 2]);
  assert.deepEqual(pixel(cut, 2, 1), [7, 7, 7]);
});

test('toGrey - is BT.601 luma', () => {
  const data = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 255, 255);
  const grey = toGrey({ data, width: 4, height: 1 }, [0, 0, 4, 1]);
  assert.deepEqual([...grey.data], [76, 150, 29, 255]);
});

test('image - however many ask at once, no more is unpacked than the process has room for', async () => {
  // 51 Mpx each: two are more than one process unpacks.
  const large = await sharp({ create: { width: 8_500, height: 6_000, channels: 3, background: '#454' } })
    .jpeg({ quality: 30 })
    .toBuffer();
  let inHand = 0;
  let most = 0;
  const sizes = await Promise.all(
    Array.from({ length: 4 }, (_, i) =>
      withImage(large, `${i}.jpg`, async ({ width, height }) => {
        most = Math.max(most, ++inHand);
        await setImmediate();
        inHand--;
        return [width, height];
      }),
    ),
  );
  assert.deepEqual(sizes, Array(4).fill([8_500, 6_000]));
  assert.equal(most, 1);
});

test('image - what is larger than any picture may be is refused by its header, and those behind it are read', async () => {
  const huge = await sharp({ create: { width: 12_000, height: 9_000, channels: 3, background: '#454' } })
    .jpeg({ quality: 1 })
    .toBuffer();
  const small = await encodeJpeg(ramp(16, 16), 90);
  const use = async ({ width }: Raster) => width;
  const results = await Promise.allSettled([
    withImage(huge, 'huge.jpg', use),
    withImage(new Uint8Array(), 'empty.jpg', use),
    withImage(small.subarray(0, 200), 'cut.jpg', use),
    withImage(small, 'small.jpg', use),
  ]);
  assert.deepEqual(
    results.map((result) => (result.status === 'fulfilled' ? result.value : result.reason.name)),
    ['PoisonError', 'PoisonError', 'PoisonError', 16],
  );
});
