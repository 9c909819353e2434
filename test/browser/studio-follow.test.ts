import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { iou } from '../../pipeline/domain/vision/box.ts';
import { decoder } from '../../stages/decoder/stage.ts';
import type { TrackView } from '../../stages/filter/studio/api.ts';
import { bed, FRAMES, squareAt, start, startDetector, startTracker } from '../bus/clip-bed.ts';
import { DRIFTED, publishDrifted, SQUARE_CLIP } from '../bus/drifted-clip.ts';
import { Person, startStudio, type TestStudio } from '../bus/studio-bed.ts';
import { clipId } from '../bus/testbed.ts';
import { until } from '../processes/until.ts';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import { builtPage, drag, shownColour, type Visitor, visitStudio } from './studio-page.ts';

/** Where the square is lost; there, and from there on, its labels are wrong. */
const LOST_AT = 60;

describe('following an animal anew in a browser', {
  skip: chromiumPath === undefined && noChromium,
  timeout: 900_000,
}, () => {
  let browser: Browser;
  let studio: TestStudio;
  const ends: (() => Promise<void>)[] = [];

  before(async () => {
    await builtPage();
    studio = await startStudio({ after: (end) => void ends.push(end) }, bed.server.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
  });

  function startStages(context: TestContext, clip: string): void {
    start(context, decoder);
    startDetector(context, clip, Promise.resolve());
    startTracker(context);
  }

  /** The picture on the screen is described so: with the box that is shown. */
  const showing = (page: Page, what: RegExp) => page.getByRole('img', { name: what }).waitFor();
  const spoken = ([x, y, w, h]: readonly number[]) => new RegExp(`x ${x}, y ${y}, ${w} by ${h}, `);
  /** The picture itself is there: its middle is the clip's grey. */
  const painted = (page: Page) =>
    until(async () => Math.abs(((await shownColour(page))[0] ?? 0) - 70) < 8, 'it is painted', 30_000);
  const at = (visitor: Visitor, clip: string, index: number) => visitor.go(`#/review/${clip}/1/${index}`);

  test('a box is corrected, G is pressed, and the labels from there on are new without loading anything', async (context) => {
    const clip = clipId(501);
    const nobody = await Person.enter(studio, 'nobody');
    await publishDrifted(nobody, { clip, drifted: (index) => index >= LOST_AT });
    startStages(context, clip);
    await visitStudio(browser, studio, { user: 'mika' }, async (visitor) => {
      const { page, press, person } = visitor;
      await at(visitor, clip, LOST_AT);
      await showing(page, spoken(DRIFTED));
      await painted(page);
      const [, top] = squareAt(LOST_AT);
      assert.equal(squareAt(LOST_AT)[0], DRIFTED[0], 'it has only to be moved up');
      await press('e', ...Array<string>((DRIFTED[1] - top) / 10).fill('Shift+ArrowUp'), 'Enter');
      await showing(page, spoken(squareAt(LOST_AT)));
      await press('f', 'd', 'g');
      await page.getByText(/^Followed\. .*: 60–119 · 59$/).waitFor({ timeout: 120_000 });

      const { labels } = await person.track(clip, 1);
      assert.equal(labels.length, FRAMES);
      for (const { index, box } of labels) assert.ok(iou(box, squareAt(index)) > 0.75, `frame ${index}`);
      assert.equal(labels[LOST_AT]?.review, 'corrected');
      // The page has them by itself: where the detector saw it, the box is the square's to the pixel.
      await at(visitor, clip, 100);
      await showing(page, spoken(squareAt(100)));

      await press('z');
      await page.waitForURL(new RegExp(`/${LOST_AT}$`));
      await at(visitor, clip, 100);
      await showing(page, spoken(DRIFTED));
      await press('Shift+Z');
      await page.waitForURL(new RegExp(`/${LOST_AT}$`));
      await at(visitor, clip, 100);
      await showing(page, spoken(squareAt(100)));
    });
  });

  test('an animal that was missed is drawn, and is a track from where it came in to where it went', async (context) => {
    const clip = clipId(502);
    const nobody = await Person.enter(studio, 'nobody');
    // Another animal's track: what stands still in the corner.
    await publishDrifted(nobody, { clip, drifted: () => true });
    startStages(context, clip);
    await visitStudio(browser, studio, { user: 'mika' }, async (visitor) => {
      const { page, press, person } = visitor;
      const [x, y, w, h] = squareAt(20);
      await at(visitor, clip, 20);
      await showing(page, spoken(DRIFTED));
      await painted(page);
      await press('m');
      await page.getByText('Draw a box around the animal').first().waitFor();
      await drag(page, [x, y], [x + w, y + h], SQUARE_CLIP);
      const dialog = page.getByRole('dialog', { name: 'Missed animal' });
      await dialog.getByRole('button').filter({ hasText: /both/i }).click();
      await page.getByText(/^Followed\. .*: 0–119 · 120$/).waitFor({ timeout: 120_000 });
      const tracks = await person.get<TrackView[]>(`/api/clips/${clip}/labels`);
      assert.deepEqual(
        tracks.map(({ track, labels }) => [track, labels.length]),
        [
          [1, FRAMES],
          [2, FRAMES],
        ],
      );
      await visitor.go(`#/review/${clip}/2/70`);
      await showing(page, spoken(squareAt(70)));
    });
  });

  test('where the file is gone, the page says so and shows the old labels', async (context) => {
    const clip = clipId(503);
    const nobody = await Person.enter(studio, 'nobody');
    await publishDrifted(nobody, { clip, drifted: (index) => index >= LOST_AT, path: '/nowhere/square.mp4' });
    startStages(context, clip);
    // Its pictures can't be had either.
    const noise = /^(404|504) .*frames/;
    await visitStudio(browser, studio, { user: 'mika', noise }, async (visitor) => {
      const { page, press } = visitor;
      await at(visitor, clip, LOST_AT);
      await page.getByRole('slider', { name: /Frames of the track/ }).waitFor();
      await press('g');
      await page
        .getByText(/^The animal was not followed: .*\/nowhere\/square\.mp4/)
        .waitFor({ timeout: 120_000 });
      assert.deepEqual((await visitor.person.track(clip, 1)).labels[100]?.box, DRIFTED);
    });
  });
});
