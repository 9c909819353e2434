import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import type { DrawnFrame } from '../../stages/filter/studio/api.ts';
import { Person, publishFound, startStudio, type TestStudio } from '../bus/studio-bed.ts';
import { clipId, type Testbed, testbed } from '../bus/testbed.ts';
import { until } from '../processes/until.ts';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import {
  builtPage,
  drag,
  isColour,
  placeOf,
  publishNumbered,
  shownColour,
  type Visitor,
  visitStudio,
} from './studio-page.ts';

const FRAMES = 16;
const clip = clipId(1);

describe('drawing in a browser', { skip: chromiumPath === undefined && noChromium, timeout: 300_000 }, () => {
  let bed: Testbed;
  let browser: Browser;
  let studio: TestStudio;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    await builtPage();
    bed = await testbed();
    const bus = await bed.open();
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: FRAMES });
    await publishNumbered(bus, clip, FRAMES);
    studio = await startStudio({ after: (end) => void ends.push(end) }, bed.server.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
    await bed?.close();
  });

  const frameOf = async ({ person }: Visitor, index: number): Promise<DrawnFrame | undefined> =>
    (await person.get<DrawnFrame[]>('/api/drawn')).find((frame) => frame.index === index);
  const saved = ({ page }: Visitor) => page.getByText('✓ Saved').waitFor();
  const shows = (visitor: Visitor, index: number) =>
    until(async () => isColour(await shownColour(visitor.page), index), `frame ${index} is on the screen`);
  const near = (box: readonly number[] | undefined, expected: readonly number[]) =>
    assert.ok(
      box && expected.every((value, i) => Math.abs(value - (box[i] ?? 999)) <= 1.5),
      `found ${box}, expected about ${expected}`,
    );

  test('three frames are drawn, by dragging, by extreme points and as empty, and undone', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async (visitor) => {
      const { page, press, sent } = visitor;
      await visitor.go(`#/draw/${clip}/3`);
      await shows(visitor, 3);

      await drag(page, [100, 50], [260, 170]);
      await page.getByRole('dialog', { name: 'Which class?' }).waitFor();
      await page.keyboard.type('deer');
      await press('Enter');
      await saved(visitor);
      await sent();
      const first = await frameOf(visitor, 3);
      assert.equal(first?.by, 'mika');
      assert.equal(first?.boxes?.[0]?.label, 'deer');
      near(first?.boxes?.[0]?.box, [100, 50, 160, 120]);

      await press('ArrowRight', 'Shift+ArrowDown', 'Alt+ArrowRight');
      await until(
        async () => (await frameOf(visitor, 3))?.boxes?.[0]?.box[2] !== first?.boxes?.[0]?.box[2],
        'the box is nudged',
      );
      near((await frameOf(visitor, 3))?.boxes?.[0]?.box, [101, 60, 161, 120]);

      await press('f', 'p');
      await shows(visitor, 4);
      for (const [x, y] of [
        [300, 40],
        [220, 120],
        [310, 200],
        [400, 90],
      ] as const) {
        const at = await placeOf(page.locator('.stage'), x, y);
        await page.mouse.click(at.x, at.y);
      }
      await saved(visitor);
      await sent();
      near((await frameOf(visitor, 4))?.boxes?.[0]?.box, [220, 40, 180, 160]);

      await visitor.go(`#/draw/${clip}/9`);
      await shows(visitor, 9);
      await press('e');
      await sent();
      await until(async () => (await frameOf(visitor, 9))?.boxes?.length === 0, 'nothing is here');

      await press('z');
      await until(async () => (await frameOf(visitor, 9))?.boxes?.length !== 0, 'it is taken back');
      await press('Shift+Z');
      await until(async () => (await frameOf(visitor, 9))?.boxes?.length === 0, 'it is done again');
      await page.getByText(/^3 of \d+: \d+ more are worth it/).waitFor();
    });
  });

  test('what was drawn is there when the page is loaded again, and copied to the next frame', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async (visitor) => {
      const { page, press, sent } = visitor;
      await visitor.go(`#/draw/${clip}/5`);
      await page.reload();
      await shows(visitor, 5);
      await press('r');
      await saved(visitor);
      await sent();
      const [before, copied] = [await frameOf(visitor, 4), await frameOf(visitor, 5)];
      assert.deepEqual(copied?.boxes, before?.boxes);
      await press('Delete');
      await sent();
      await until(async () => (await frameOf(visitor, 5))?.boxes?.length === 0, 'the box is removed');
    });
  });

  test('every frame’s picture is its own, however fast a person goes through them', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async (visitor) => {
      const released = Promise.withResolvers<void>();
      await visitor.page.route('**/frames/15', async (route) => {
        await released.promise;
        await route.continue();
      });
      await visitor.go(`#/draw/${clip}/0`);
      await visitor.page.reload();
      await shows(visitor, 0);
      for (const [key, index] of [
        ['f', 1],
        ['f', 2],
        ['v', 12],
        ['d', 11],
        ['c', 1],
      ] as const) {
        await visitor.press(key);
        await shows(visitor, index);
      }
      await visitor.press('v', 'f', 'f', 'f', 'd');
      await shows(visitor, 13);

      await visitor.go(`#/draw/${clip}/15`);
      await visitor.page.getByText('The picture is on its way').waitFor();
      await until(
        async () => (await shownColour(visitor.page)).every((value) => value === 0),
        'no other is shown',
      );
      released.resolve();
      await shows(visitor, 15);
    });
  });

  test('a finger draws, moves and resizes', async () => {
    await visitStudio(browser, studio, { user: 'aki', hasTouch: true }, async (visitor) => {
      const { page, sent } = visitor;
      await visitor.go(`#/draw/${clip}/7`);
      await shows(visitor, 7);
      const touch = await page.context().newCDPSession(page);
      const swipe = async (from: readonly [number, number], to: readonly [number, number]) => {
        const [start, end] = [
          await placeOf(page.locator('.stage'), ...from),
          await placeOf(page.locator('.stage'), ...to),
        ];
        const send = (
          type: 'touchStart' | 'touchMove' | 'touchEnd',
          touchPoints: { x: number; y: number }[],
        ) => touch.send('Input.dispatchTouchEvent', { type, touchPoints });
        await send('touchStart', [start]);
        await send('touchMove', [{ x: (start.x + end.x) / 2, y: (start.y + end.y) / 2 }]);
        await send('touchMove', [end]);
        await send('touchEnd', []);
      };
      await swipe([200, 100], [300, 180]);
      await saved(visitor);
      await sent();
      near((await frameOf(visitor, 7))?.boxes?.[0]?.box, [200, 100, 100, 80]);
      await swipe([250, 140], [270, 150]);
      await until(async () => ((await frameOf(visitor, 7))?.boxes?.[0]?.box[0] ?? 0) > 215, 'it is moved');
      near((await frameOf(visitor, 7))?.boxes?.[0]?.box, [220, 110, 100, 80]);
      await swipe([320, 190], [350, 210]);
      await until(async () => ((await frameOf(visitor, 7))?.boxes?.[0]?.box[2] ?? 0) > 115, 'it is resized');
      near((await frameOf(visitor, 7))?.boxes?.[0]?.box, [220, 110, 130, 100]);
    });
  });

  test('two draw on one frame: who comes second is asked, and nothing is lost', async () => {
    const noise = /^409 /;
    await visitStudio(browser, studio, { user: 'aki', noise }, async (visitor) => {
      const { page } = visitor;
      await visitor.go(`#/draw/${clip}/14`);
      await shows(visitor, 14);
      // What is drawn here is held up, so that the other's comes before it.
      const released = Promise.withResolvers<void>();
      await page.route('**/api/drawn/**', async (route) => {
        await released.promise;
        await route.continue();
      });
      await drag(page, [300, 100], [420, 220]);
      const mika = await Person.enter(studio, 'mika');
      const theirs = { boxes: [{ box: [100, 100, 100, 100], label: 'deer' }], version: 0 };
      await mika.ok('PUT', `/api/drawn/${clip}/14`, theirs);
      released.resolve();
      await page.getByText('mika decided otherwise').waitFor();
      assert.equal((await frameOf(visitor, 14))?.by, 'mika');
      await page.getByRole('button', { name: 'Decide as I did' }).click();
      await until(async () => (await frameOf(visitor, 14))?.by === 'aki', 'the second stands now');
      near((await frameOf(visitor, 14))?.boxes?.[0]?.box, [300, 100, 120, 120]);
    });
  });
});
