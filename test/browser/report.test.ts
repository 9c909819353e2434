import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeRunReport } from '../../pipeline/app/results/report.ts';
import { boxAt, hostileName, reportExample } from '../fixtures/report-example.ts';
import { describePage } from './page.ts';

const write = async (path: string) => writeRunReport(path, await reportExample());

describePage('report in a browser', write, (report) => {
  test('asks for nothing from outside, and the browser has nothing to complain about', async () => {
    await report.open({}, async (page, noise) => {
      await page.waitForLoadState('networkidle');
      assert.deepEqual(noise, []);
      const broken = await page.$$eval('img', (all) => all.filter((img) => img.naturalWidth === 0).length);
      assert.equal(broken, 0);
    });
  });

  test('shows each mistake with its box, the one that is meant thicker', async () => {
    await report.open({}, async (page) => {
      const figures = page.locator('#mistakes figure');
      assert.deepEqual(await figures.locator('b').allInnerTexts(), ['missed', 'false', 'loose']);
      assert.equal(await page.locator('#mistakes .box').count(), 4);
      const widths = await page.evaluate<string[]>(
        `[...document.querySelectorAll('#mistakes figure:last-child .edge')].map((one) => getComputedStyle(one).strokeWidth)`,
      );
      assert.deepEqual(widths, ['2.5px', '4px'], 'what is there, then what was found');
    });
  });

  test('shows a hostile file name as text', async () => {
    await report.open({}, async (page, noise) => {
      assert.equal(await page.locator('img[src="x"], script').count(), 0);
      assert.equal(await page.locator('#problems b').nth(1).innerText(), hostileName);
      assert.match(
        await page.locator('#problems li').first().innerText(),
        /cut off: 382 of 402 frames are there/,
      );
      assert.equal(await page.locator('#clip-2 h3').innerText(), hostileName);
      assert.deepEqual(noise, []);
    });
  });

  test('has a ledger that a reader can add up', async () => {
    await report.open({}, async (page) => {
      const ledgers = page.locator('.ledger:visible');
      assert.equal(await ledgers.count(), 2);
      for (const ledger of await ledgers.all()) {
        const text = await ledger.innerText();
        const [left, right] = text.split('=').map((side) => side.match(/\d[\d,]*/g) ?? []);
        const numbers = (right ?? []).map((n) => Number(n.replaceAll(',', '')));
        assert.deepEqual(left, ['100']);
        assert.deepEqual(numbers, [96, 1, 2, 1]);
        assert.match(text, /✓ adds up/);
        assert.match(text, /skipped \(scene cut\)/);
      }
    });
  });

  test('leads a keyboard to every section, the first by one key', async () => {
    await report.open({ reducedMotion: 'reduce' }, async (page) => {
      const focused = () => page.evaluate<string>('document.activeElement.id');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Enter');
      assert.equal(await focused(), 'overview');

      const sections = await page.$$eval('main > section', (all) => all.map(({ id }) => id));
      assert.ok(sections.length >= 7, sections.join(' '));
      for (const [i, section] of sections.entries()) {
        await page.goto(report.address);
        for (let tabs = 0; tabs < i + 2; tabs += 1) await page.keyboard.press('Tab');
        await page.keyboard.press('Enter');
        assert.equal(await focused(), section);
      }
    });
  });

  test('draws a box over the place that it labels', async () => {
    await report.open({}, async (page) => {
      const shot = page.locator('#clip-1-frame-50');
      const picture = await shot.locator('img').boundingBox();
      const edge = await shot.locator('.edge').evaluate((rect) => {
        const { x, y, width, height } = rect.getBoundingClientRect();
        return { x, y, width, height };
      });
      assert.ok(picture);
      const scale = picture.width / 320;
      const [x, y, w, h] = boxAt(50);
      const drawn = [
        (edge.x - picture.x) / scale,
        (edge.y - picture.y) / scale,
        edge.width / scale,
        edge.height / scale,
      ];
      for (const [i, expected] of [x, y, w, h].entries()) {
        assert.ok(Math.abs(drawn[i]! - expected) < 4, `${drawn} instead of ${[x, y, w, h]}`);
      }
      assert.match(
        (await shot.locator('title').textContent()) ?? '',
        /frame 50.*\ndetected.*\nscore 0\.80\nrisk 0\.10/,
      );
    });
  });

  test('gives no id twice', async () => {
    await report.open({}, async (page) => {
      const ids = await page.$$eval('[id]', (all) => all.map(({ id }) => id));
      assert.deepEqual(ids, [...new Set(ids)]);
    });
  });
});
