/** The studio's page on a studio of the test's own, with people in browsers of their own. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContextOptions, Locator, Page } from 'playwright-core';
import { build } from 'vite';
import type { Size } from '../../pipeline/domain/vision/box.ts';
import { encodeJpeg } from '../../pipeline/domain/vision/image.ts';
import type { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { Person, publishPicture, SIZE, TOKEN } from '../bus/studio-bed.ts';

const folder = join(import.meta.dirname, '../../stages/filter/page');

/**
 * Builds the page where its source has changed since. What was built before stays beside it: another test may be
 * serving it.
 * @returns its folder
 */
export async function builtPage(): Promise<string> {
  const dist = join(folder, 'dist');
  const built = join(dist, 'index.html');
  const sources = readdirSync(join(folder, 'src'), { recursive: true, withFileTypes: true });
  const changes = sources
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const changed = Math.max(...changes.map((path) => statSync(path).mtimeMs));
  if (!existsSync(built) || statSync(built).mtimeMs < changed)
    await build({ root: folder, logLevel: 'warn', build: { emptyOutDir: false } });
  return dist;
}

/** A person at the page; what their browser complains of ends the test. */
export interface Visitor {
  readonly page: Page;
  /** The same person without a browser: what the server says. */
  readonly person: Person;
  press(...chords: readonly string[]): Promise<void>;
  /** Resolves when everything that was done is at the server. */
  sent(): Promise<void>;
  go(hash: string): Promise<void>;
}

export interface StudioToVisit {
  readonly url: string;
  /** The test studio's own where not given. */
  readonly token?: string;
}

/** @param noise what the browser may say, where a test takes the server away */
export async function visitStudio(
  browser: Browser,
  studio: StudioToVisit,
  { user, noise = /^$/, ...options }: BrowserContextOptions & { user: string; noise?: RegExp },
  use: (visitor: Visitor) => Promise<void>,
): Promise<void> {
  const context = await browser.newContext({
    ...{ viewport: { width: 1280, height: 860 }, locale: 'en-GB' },
    ...options,
  });
  try {
    const page = await context.newPage();
    const heard: string[] = [];
    // An answer that is a refusal is heard as itself; reading the canvas is what the tests do.
    page.on('console', (message) => {
      if (!/Failed to load resource|willReadFrequently/.test(message.text())) heard.push(message.text());
    });
    page.on('response', (answer) => {
      const { pathname } = new URL(answer.url());
      if (answer.status() >= 400) heard.push(`${answer.status()} ${pathname}`);
    });
    page.on('pageerror', (error) => heard.push(`error: ${error.message}`));
    page.on('dialog', (dialog) => {
      heard.push(`dialog: ${dialog.message()}`);
      void dialog.accept();
    });
    const person = await Person.enter(studio, user);
    await page.goto(`${studio.url}/?token=${encodeURIComponent(studio.token ?? TOKEN)}`);
    const name = page.getByRole('textbox', { name: /name|名前/ });
    await name.fill(user);
    await name.press('Enter');
    await name.waitFor({ state: 'detached' });
    await use({
      ...{ page, person },
      press: async (...chords) => {
        for (const chord of chords) await page.keyboard.press(chord);
      },
      sent: () => page.getByText(/^(All saved|すべて保存済み)$/).waitFor({ state: 'attached' }),
      go: async (hash) => {
        await page.evaluate(`location.hash = ${JSON.stringify(hash)}`);
      },
    });
    assert.deepEqual(
      heard.filter((line) => !noise.test(line)),
      [],
      'the browser has nothing to complain about',
    );
  } finally {
    await context.close();
  }
}

/** Keys faster than any hand: each comes as an event of its own, all of them before the browser has painted once. */
export function pressAtOnce(
  page: Page,
  keys: readonly { readonly key: string; readonly shiftKey?: boolean }[],
): Promise<void> {
  return page.evaluate<void>(`new Promise((painted) => requestAnimationFrame(async () => {
    for (const key of ${JSON.stringify(keys)}) {
      const options = { ...key, code: key.key.length === 1 ? 'Key' + key.key.toUpperCase() : key.key };
      document.body.dispatchEvent(new KeyboardEvent('keydown', { ...options, bubbles: true, cancelable: true }));
      await new Promise((resolve) => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = resolve;
        port2.postMessage(null);
      });
    }
    painted();
  }))`);
}

/** Pictures whose colour tells which frame they are: see {@link colourOf}. */
export async function publishNumbered(bus: Bus, clip: string, frames: number): Promise<void> {
  const { width, height } = SIZE;
  for (let index = 0; index < frames; index += 1) {
    const data = new Uint8Array(width * height * 3).map((_, i) => colourOf(index)[i % 3] ?? 0);
    const jpeg = await encodeJpeg({ data, width, height }, 90);
    await publishPicture(bus, clip, index, Uint8Array.from(jpeg));
  }
}

/** Red, green and blue of a numbered frame. */
export function colourOf(index: number): readonly [number, number, number] {
  return [20 + ((index * 67) % 200), 20 + ((index * 29) % 200), 20 + ((index * 13) % 200)];
}

/** The colour in the middle of the picture on the screen. */
export function shownColour(page: Page): Promise<number[]> {
  return page.evaluate<number[]>(`(() => {
    const canvas = document.querySelector('.stage canvas');
    if (!canvas) return [];
    const { data } = canvas.getContext('2d').getImageData(canvas.width / 2, canvas.height / 2, 1, 1);
    return [...data.slice(0, 3)];
  })()`);
}

/** JPEG and colour spaces round a little. */
export function isColour(shown: readonly number[], index: number): boolean {
  return colourOf(index).every((value, i) => Math.abs(value - (shown[i] ?? 999)) <= 6);
}

/** Where a point of the picture lies on the page, while all of the picture is shown. @param size of the picture, px */
export async function placeOf(
  stage: Locator,
  x: number,
  y: number,
  size: Size = SIZE,
): Promise<{ x: number; y: number }> {
  const room = await stage.boundingBox();
  assert.ok(room);
  const scale = Math.min(room.width / size.width, room.height / size.height);
  return {
    x: room.x + (room.width - size.width * scale) / 2 + x * scale,
    y: room.y + (room.height - size.height * scale) / 2 + y * scale,
  };
}

/** Drags from one point of the picture to another. */
export async function drag(
  page: Page,
  [x1, y1]: readonly [number, number],
  [x2, y2]: readonly [number, number],
  size: Size = SIZE,
): Promise<void> {
  const stage = page.locator('.stage');
  const from = await placeOf(stage, x1, y1, size);
  const to = await placeOf(stage, x2, y2, size);
  await page.mouse.move(from.x, from.y);
  await page.mouse.down();
  await page.mouse.move((from.x + to.x) / 2, (from.y + to.y) / 2);
  await page.mouse.move(to.x, to.y);
  await page.mouse.up();
}
