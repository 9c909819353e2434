/** A page that is written into a file and opened in a browser: what the tests of every page begin with and share. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import { visit } from './visit.ts';

/** The page under test; it is written before the first test. */
export interface WrittenPage {
  readonly address: string;
  /** @param use is given the page, and a list that grows with what the browser has to say */
  open(
    options: BrowserContextOptions,
    use: (page: Page, noise: readonly string[]) => Promise<void>,
  ): Promise<void>;
}

/**
 * Tests of one page, and those that every page has to pass; skipped where there is no Chromium.
 * @param write puts the page into the file that it is given
 */
export function describePage(
  name: string,
  write: (path: string) => Promise<void>,
  tests: (page: WrittenPage) => void,
): void {
  describe(name, { skip: chromiumPath === undefined && noChromium, timeout: 300_000 }, () => {
    let folder: string;
    let address: string;
    let browser: Browser;

    before(async () => {
      folder = await mkdtemp(join(tmpdir(), 'shika-page-'));
      const path = join(folder, 'page.html');
      await write(path);
      address = pathToFileURL(path).href;
      browser = await startChromium();
    });

    after(async () => {
      await browser?.close();
      await rm(folder, { recursive: true, force: true });
    });

    const page: WrittenPage = {
      get address() {
        return address;
      },
      open: (options, use) => visit(browser, address, options, use),
    };

    tests(page);

    test('fits a phone and follows the reader’s light or dark', async () => {
      const papers: string[] = [];
      for (const colorScheme of ['light', 'dark'] as const) {
        await page.open({ viewport: { width: 390, height: 844 }, colorScheme }, async (opened, noise) => {
          assert.ok((await opened.evaluate<number>('document.documentElement.scrollWidth')) <= 390);
          assert.deepEqual(noise, []);
          papers.push(await opened.evaluate<string>('getComputedStyle(document.body).backgroundColor'));
        });
      }
      assert.notEqual(papers[0], papers[1]);
    });
  });
}
