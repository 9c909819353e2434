import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Page } from 'playwright-core';
import { writeClassifierReport } from '../../pipeline/app/results/report.ts';
import { classifierReportExample, hostileName } from '../fixtures/classifier-report-example.ts';
import { describePage } from './page.ts';

const write = async (path: string) => writeClassifierReport(path, await classifierReportExample());

describePage('report of a classifier in a browser', write, (report) => {
  async function open(use: (page: Page) => Promise<void>): Promise<void> {
    await report.open({}, async (page, noise) => {
      await use(page);
      await page.waitForLoadState('networkidle');
      assert.deepEqual(noise, [], 'asks for nothing, complains of nothing');
    });
  }

  test('the confusion matrix adds up to the held-out pictures, row by row', () =>
    open(async (page) => {
      const rows = await page
        .locator('.confusion tbody tr')
        .evaluateAll((all) =>
          all.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.textContent))),
        );
      assert.deepEqual(
        rows.map((row) => row.reduce((sum, n) => sum + n, 0)),
        [20, 20, 20],
      );
      const diagonal = rows.reduce((sum, row, i) => sum + (row[i] ?? 0), 0);
      assert.match(
        await page.locator('.lead').innerText(),
        new RegExp(`^It names ${diagonal} of 60 pictures`),
      );
    }));

  test('the worst mistake comes first, with its picture, both labels and how sure it was', () =>
    open(async (page) => {
      const captions = await page.locator('#mistakes figcaption').allInnerTexts();
      assert.equal(captions.length, 6);
      const sure = captions.map((text) => Number(/\((\d+) %\)/.exec(text)?.[1]));
      assert.deepEqual(
        sure,
        sure.toSorted((a, b) => b - a),
      );
      assert.match(captions[0] ?? '', /^\w+, taken for \w+ /);
      assert.equal(await page.locator('#mistakes img').count(), 5);
      assert.equal(await page.locator('#mistakes .missing').count(), 1);
    }));

  test('what was left out is there with its reason; long lists are folded', () =>
    open(async (page) => {
      const text = await page.locator('#left-out').innerText();
      for (const said of ['1 conflict', '1 unreadable file', '30 duplicates', 'it is empty']) {
        assert.ok(text.includes(said), said);
      }
      assert.equal(await page.locator('#left-out details').count(), 1);
    }));

  test('a hostile file name is text', () =>
    open(async (page) => {
      assert.equal(await page.locator('img[src="x"], script').count(), 0);
      assert.ok((await page.locator('#mistakes').innerText()).includes(hostileName));
    }));
});
