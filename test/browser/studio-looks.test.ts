import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import type { Browser } from 'playwright-core';
import { Person, publishFound, publishLabelled, startStudio, type TestStudio } from '../bus/studio-bed.ts';
import { clipId, type Testbed, testbed } from '../bus/testbed.ts';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import { builtPage, publishNumbered, visitStudio } from './studio-page.ts';

const clip = clipId(7);
const VIEWS = [
  '#/clips',
  `#/draw/${clip}/3`,
  '#/review',
  `#/review/${clip}/1/3`,
  '#/review/lasso',
  '#/review/audit',
  '#/models',
  '#/events',
];

describe('the studio’s looks', { skip: chromiumPath === undefined && noChromium, timeout: 300_000 }, () => {
  let bed: Testbed;
  let browser: Browser;
  let studio: TestStudio;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    await builtPage();
    bed = await testbed();
    const bus = await bed.open();
    await publishNumbered(bus, clip, 8);
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: 8 });
    await publishLabelled(bus, { clip, tracks: 2, frames: 8 });
    await publishFound(bus, { clip: clipId(8), source: '/nowhere.mp4', frames: 8 });
    studio = await startStudio({ after: (end) => void ends.push(end) }, bed.server.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
    await bed?.close();
  });

  for (const width of [360, 768, 1440]) {
    test(`at ${width} px nothing stands out beyond the edge, in dark and in light`, async () => {
      for (const colorScheme of ['dark', 'light'] as const) {
        const viewport = { width, height: 800 };
        await visitStudio(browser, studio, { user: 'mika', viewport, colorScheme }, async ({ page, go }) => {
          for (const view of VIEWS) {
            await go(view);
            await page.locator('.room, .empty').first().waitFor();
            const wide = await page.evaluate<number>('document.documentElement.scrollWidth');
            assert.ok(wide <= width, `${view}: ${wide} px wide`);
          }
          const [ground, text] = await page.evaluate<string[]>(
            `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color]`,
          );
          const light = (colour = '') => Number(/\d+/.exec(colour)?.[0]);
          assert.equal(light(ground) > light(text), colorScheme === 'light');
        });
      }
    });
  }

  test('every control has a name, every view one heading or more that a reader can jump to', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async ({ page, go }) => {
      for (const view of VIEWS) {
        await go(view);
        await page.locator('.room, .empty').first().waitFor();
        const nameless = await page.evaluate<string[]>(`
          [...document.querySelectorAll('button, a[href], input, select, summary, [role=slider], [role=img]')]
            .filter((one) => !(one.getAttribute('aria-label') ?? '').trim() && !one.textContent.trim() && !one.closest('label')?.textContent.trim())
            .filter((one) => one.getAttribute('aria-label') !== '')
            .map((one) => one.outerHTML.slice(0, 120))`);
        assert.deepEqual(nameless, [], view);
      }
      assert.equal(await page.getByRole('main').count(), 1);
      assert.equal(await page.getByRole('navigation').count(), 1);
    });
  });

  test('the focus is seen, and Tab leads from the skip button through the rooms', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async ({ page, press }) => {
      await page.reload();
      await page.locator('.room').waitFor();
      await press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the room');
      await press('Tab');
      assert.equal(await page.evaluate('document.activeElement.textContent'), 'Clips');
      const outline = await page.evaluate('getComputedStyle(document.activeElement).outlineStyle');
      assert.equal(outline, 'solid');
    });
  });

  test('speaks the browser’s language, and another when it is told to', async () => {
    await visitStudio(browser, studio, { user: 'mika', locale: 'ja-JP' }, async ({ page, press }) => {
      assert.equal(await page.evaluate('document.documentElement.lang'), 'ja');
      const rooms = page.getByRole('navigation');
      await rooms.getByRole('link', { name: '枠を描く' }).waitFor();
      await press('?');
      await page.getByRole('dialog').getByText('元に戻す').waitFor();
      await press('Escape');
      await page.locator('.settings summary').click();
      await page.getByRole('combobox', { name: '言語' }).selectOption('en');
      await rooms.getByRole('link', { name: 'Draw' }).waitFor();
    });
  });

  test('a list with nothing left keeps its filter over the whole width', async () => {
    const viewport = { width: 360, height: 800 };
    const mika = await Person.enter(studio, 'mika');
    for (const track of [1, 2]) await mika.decide('accepted', { clip, track, from: 0, to: 7 });
    await visitStudio(browser, studio, { user: 'mika', viewport }, async ({ page, go }) => {
      await go('#/review');
      await page.getByRole('heading', { name: 'Every label is decided on.' }).waitFor();
      const wide = async (part: string) => (await page.locator(part).boundingBox())?.width ?? 0;
      assert.equal(await wide('.filter'), await wide('.review-list'));
    });
  });

  test('who is not let in is told how to get in', async () => {
    const context = await browser.newContext({ locale: 'en-GB' });
    const page = await context.newPage();
    const answer = await page.goto(`${studio.url}/?token=wrong`);
    assert.equal(answer?.status(), 401);
    await context.close();
  });

  test('is under 150 kB compressed, charts and all, and asks nobody but its server', async () => {
    const dist = await builtPage();
    const parts = new Map<string, Buffer>();
    const add = (name: string) => {
      if (parts.has(name)) return;
      const bytes = readFileSync(join(dist, name));
      parts.set(name, bytes);
      for (const [asset] of bytes.toString().matchAll(/assets\/[\w-]+\.(?:js|css)/g)) add(asset);
      for (const [, chunk] of bytes.toString().matchAll(/\.\/([\w-]+\.(?:js|css))/g)) {
        if (existsSync(join(dist, 'assets', chunk ?? ''))) add(`assets/${chunk}`);
      }
    };
    add('index.html');
    assert.ok(parts.size >= 5, [...parts.keys()].join());
    const sum = [...parts.values()].reduce((all, bytes) => all + gzipSync(bytes).length, 0);
    assert.ok(sum < 150_000, `${sum} bytes`);
    const asked: string[] = [];
    const context = await browser.newContext();
    const page = await context.newPage();
    page.on('request', (request) => asked.push(new URL(request.url()).origin));
    await page.goto(studio.url);
    assert.deepEqual([...new Set(asked)], [studio.url]);
    await context.close();
  });
});
