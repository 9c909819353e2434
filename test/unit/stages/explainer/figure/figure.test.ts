import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { test } from 'node:test';
import { colormap } from '../../../../../pipeline/domain/vision/colormap.ts';
import { crop, decodeImage, type Raster } from '../../../../../pipeline/domain/vision/image.ts';
import type { DetectorExplanation } from '../../../../../stages/explainer/detector/explain.ts';
import { detectorFigure } from '../../../../../stages/explainer/detector/figure.ts';
import { detectorTrust, distrusted } from '../../../../../stages/explainer/detector/trust.ts';
import { overlayOf } from '../../../../../stages/explainer/figure/overlay.ts';
import { escapeXml, frame, text } from '../../../../../stages/explainer/figure/svg.ts';

const picture: Raster = { data: new Uint8Array(80 * 60 * 3).fill(200), width: 80, height: 60 };

/** The map rises from 0 at the left to 1 at the right of a region of 40 x 20 px. */
function explanation(change: Partial<DetectorExplanation> = {}): DetectorExplanation {
  const [width, height] = [40, 20];
  const values = Float32Array.from({ length: width * height }, (_, i) => (i % width) / (width - 1));
  const shown = { values, width, height };
  return {
    method: 'gradcam',
    layer: 'neck/out4',
    model: '0123456789abcdef',
    region: [10, 20, width, height],
    asked: null,
    box: [30, 25, 12, 10],
    iou: null,
    score: 0.87,
    label: 'deer',
    map: shown,
    cell: [1, 1],
    shown,
    trust: detectorTrust(shown, [20, 5, 12, 10], sure),
    ...change,
  };
}

const draw = async (truth: string | null, change?: Partial<DetectorExplanation>) =>
  decodeImage(await detectorFigure(picture, explanation(change), { truth, colours: 'jet' }), 'figure.png');

const pixel = ({ data, width }: Raster, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3, (y * width + x) * 3 + 3),
];

/** The model’s own box, of which it is sure. */
const sure = { score: 0.9, iou: null };

test('figure - the original is left, the map right, in exactly the colours of the map', async () => {
  const figure = await draw('deer');
  const middle = 28 + 88 + 20; // above the box
  assert.deepEqual(pixel(figure, 28 + 5, middle), [200, 200, 200]);
  const jet = colormap('jet');
  const colours = new Set(Array.from({ length: 256 }, (_, i) => [...jet.subarray(i * 3, i * 3 + 3)].join()));
  const right = 28 + 560 + 28;
  for (let x = 0; x < 560; x++) {
    assert.ok(
      colours.has(pixel(figure, right + x, middle).join()),
      `${x}: ${pixel(figure, right + x, middle)}`,
    );
  }
  assert.deepEqual(pixel(figure, right, middle), [0, 0, 128]);
  assert.deepEqual(pixel(figure, right + 559, middle), [128, 0, 0]);
});

test('figure - the box is drawn on both pictures', async () => {
  const [figure, without] = [await draw('deer'), await draw('deer', { box: [70, 5, 5, 5] })];
  const top = 28 + 88 + 5 * 14 + 1; // 14 px a px
  for (const left of [28, 28 + 560 + 28]) {
    const x = left + 26 * 14;
    assert.deepEqual(pixel(figure, x, top), [255, 255, 255]);
    assert.notDeepEqual(pixel(without, x, top), [255, 255, 255]);
  }
});

/** Dark pixels above the left panel. */
const ink = (figure: Raster) =>
  crop(figure, [28, 28, 560, 36]).data.reduce((sum, value) => sum + (value < 100 ? 1 : 0), 0);

test('figure - labels are drawn, Japanese ones and those that look like XML too', async () => {
  const plain = ink(await draw('deer'));
  assert.ok(plain > 500);
  assert.ok(ink(await draw('deer 鹿')) > plain);
  assert.ok(ink(await draw('deer <b>&"\'</b>')) > plain);
  assert.ok(ink(await draw('deer \u0000\uD800')) >= plain);
});

test('figure - a font with Japanese comes with the packages', () => {
  const folder = resolve(import.meta.dirname, '../../../../../stages/explainer/figure');
  const folders = readFileSync(`${folder}/fonts.conf`, 'utf8').matchAll(
    /<dir prefix="relative">(.*)<\/dir>/g,
  );
  const found = [...folders].map(([, path]) => existsSync(resolve(folder, path!)));
  assert.deepEqual(found, [true, true]);
});

test('figure - a small or narrow region grows to a figure that can be read', async () => {
  const values = new Float32Array(4 * 40).fill(1);
  const shown = { values, width: 4, height: 40 };
  const figure = await draw('deer', {
    region: [10, 10, 4, 40],
    shown,
    trust: detectorTrust(shown, [0, 0, 4, 10], sure),
  });
  assert.ok(figure.width > 840 && figure.height > 560);
});

test('figure - a method that fails the sanity check is drawn only with that said, in red', async () => {
  const red = (figure: Raster) => {
    const [r = 0, g = 0, b = 0] = pixel(figure, 28 + 8, 28 + 88 + 280 + 40);
    return r > 180 && g < 80 && b < 80;
  };
  const trust = { ...explanation().trust, evidence: 'in the box' as const };
  assert.ok(red(await draw('deer', { trust: distrusted(trust, 'fails the sanity check') })));
  assert.ok(!red(await draw('deer', { trust })));
});

test('figure - an explanation without any evidence is blue, not an error', async () => {
  const shown = { values: new Float32Array(800), width: 40, height: 20 };
  const figure = await draw(null, { shown, trust: detectorTrust(shown, [20, 5, 12, 10], sure) });
  assert.deepEqual(pixel(figure, 28 + 560 + 28 + 300, 28 + 88 + 20), [0, 0, 128]);
});

test('overlay - has the region’s size and half of each picture’s colours', async () => {
  const { region, shown } = explanation();
  const overlay = await decodeImage(await overlayOf(crop(picture, region), shown, 'jet'), 'overlay.png');
  assert.deepEqual([overlay.width, overlay.height], [40, 20]);
  assert.deepEqual(pixel(overlay, 0, 0), [100, 100, 164]);
});

test('svg - escapes what XML would read and replaces what it cannot hold', () => {
  assert.equal(escapeXml(`<a b='1'>&"`), '&lt;a b=&apos;1&apos;&gt;&amp;&quot;');
  assert.equal(escapeXml('a\u0000b\uD800c'), 'a\uFFFDb\uFFFDc');
  assert.equal(escapeXml('鹿🦌'), '鹿🦌');
});

test('svg - a line that does not fit ends in an ellipsis', () => {
  const line = (value: string) => text(value, { x: 0, y: 0, size: 10, colour: 'black', room: 60 });
  assert.match(line('deer'), />deer</);
  assert.match(line('鹿'.repeat(20)), />鹿鹿鹿鹿鹿…</);
});

test('svg - a box is cut to its panel and left out where it lies outside', () => {
  assert.match(frame([-10, -10, 30, 30], [0, 0, 100, 100]), /x="1" y="1" width="18" height="18"/);
  assert.equal(frame([200, 0, 30, 30], [0, 0, 100, 100]), '');
});
