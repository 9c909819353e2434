/** What models say, in a browser: how good they are, what they would change, why they see what they see. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import {
  type DetectorTraining,
  withDetectorTraining,
} from '../../pipeline/domain/models/detector/training.ts';
import { storeModel } from '../../pipeline/domain/models/registry.ts';
import { activateByHand } from '../../pipeline/domain/models/stored-models.ts';
import { detector } from '../../stages/detector/stage.ts';
import { explainer } from '../../stages/explainer/stage.ts';
import { startStage } from '../bus/stage-bed.ts';
import { publishFound, publishLabelled, startStudio, type TestStudio } from '../bus/studio-bed.ts';
import { clipId, type Testbed, testbed } from '../bus/testbed.ts';
import { untrainedDetector } from '../fixtures/untrained-detector.ts';
import { until } from '../processes/until.ts';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import { builtPage, publishNumbered, visitStudio } from './studio-page.ts';

const clip = clipId(200);
/** The first label is drawn by hand. */
const FRAMES = 4;

/** As a trainer writes it down: one animal missed, on a frame of the clip. */
function trainingOf(ap50: number): DetectorTraining {
  const scores = { images: 5, ap50, ap50_95: ap50 / 2, meanIoU: 0.7, recall: 0.6 };
  const missed = { label: 'deer', box: [40, 50, 90, 60] as const };
  return {
    drawn: { scores, startScores: { ...scores, ap50: 0.11 }, interval: [ap50 - 0.3, ap50 + 0.3] },
    why: `AP50:95 ${(ap50 / 2).toFixed(3)} against 0.500 of the active model`,
    mistakes: [
      {
        ...{ ...missed, wrong: 'missed', score: null, overlap: 0, isDrawn: true },
        ...{ truth: [missed], found: [] },
        picture: { clip, index: 2, name: 'deer.mp4#2', width: 640, height: 360 },
      },
    ],
  };
}

describe('models in a browser', { skip: chromiumPath === undefined && noChromium, timeout: 300_000 }, () => {
  let bed: Testbed;
  let browser: Browser;
  let studio: TestStudio;
  const ends: (() => Promise<void>)[] = [];
  const context = { after: (end: () => Promise<void>) => void ends.push(end) };

  before(async () => {
    await openBackend('wasm');
    await builtPage();
    bed = await testbed();
    const bus = await bed.open();
    for (const [seed, ap50] of [
      [1, 0.62],
      [2, 0.31],
    ] as const) {
      const files = withDetectorTraining(await untrainedDetector({ seed }), trainingOf(ap50));
      const { id } = readDetectorCard(files);
      await storeModel(bus, id, files);
      if (seed === 1) await activateByHand(bus, id);
    }
    await publishNumbered(bus, clip, FRAMES);
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: FRAMES });
    await publishLabelled(bus, {
      ...{ clip, tracks: 1, frames: FRAMES },
      cause: (index) => (index === 0 ? 'hand' : 'detected'),
    });
    startStage(context, bed.server.url, explainer, { backend: 'wasm' });
    startStage(context, bed.server.url, detector, { backend: 'wasm' });
    studio = await startStudio(context, bed.server.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
    await bed?.close();
  });

  test('stand side by side: scores on what was drawn with what chance makes, the worst mistakes, why one is used', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async ({ page, go }) => {
      await go('#/models');
      const cards = page.locator('.models .card');
      await until(async () => (await cards.count()) === 2, 'both models');
      for (const ap50 of [0.62, 0.31]) {
        const card = cards.filter({ hasText: `AP50:95 ${(ap50 / 2).toFixed(3)} against` });
        const low = Math.round(100 * (ap50 - 0.3));
        await card.getByRole('img', { name: new RegExp(`AP50 ${Math.round(100 * ap50)}`) }).waitFor();
        await card.getByText(new RegExp(`5 pictures can only say: between ${low}`)).waitFor();
        await card.getByText(/before training 11/).waitFor();
        await card.getByRole('img', { name: /^missed, / }).waitFor();
        assert.equal(await card.getByText('a person chose it', { exact: false }).count(), ap50 > 0.5 ? 1 : 0);
      }
      const [left, right] = [await cards.nth(0).boundingBox(), await cards.nth(1).boundingBox()];
      assert.ok(left && right && left.y === right.y && left.x + left.width <= right.x, 'side by side');
      await cards
        .first()
        .getByRole('link', { name: /missed/ })
        .click();
      await until(() => page.url().endsWith(`#/draw/${clip}/2`), 'the frame of the mistake');
    });
  });

  test('what another model would change: how much was looked at, and a list that leads to the labels', async () => {
    await visitStudio(browser, studio, { user: 'mika' }, async ({ page, go }) => {
      await go('#/models');
      const card = page.locator('.models .card').filter({ hasText: 'AP50:95 0.155 against' });
      await card.getByText('What would change').click();
      await card.getByText(/4 frames of 4 were looked at/).waitFor({ timeout: 90_000 });
      await card.getByText('new 0 · gone 3 · moved 0').waitFor();
      const list = card.getByRole('list', { name: 'What would change' });
      await until(async () => (await list.getByRole('link').count()) === 3, 'three labels');
      await list.getByRole('link', { name: /^gone, .*3/ }).click();
      await until(() => page.url().endsWith(`#/review/${clip}/1/3`), 'the label');
    });
  });

  test('W shows why, with a figure and whether to trust it; of a box drawn by hand it says that no model decided', async () => {
    const noise = /^400 \/api\/why\//; // the box drawn by hand
    await visitStudio(browser, studio, { user: 'mika', noise }, async ({ page, press, go }) => {
      await go(`#/review/${clip}/1/1`);
      await page.getByRole('slider', { name: /Frames of the track/ }).waitFor();
      await press('w');
      const dialog = page.getByRole('dialog', { name: 'Why?' });
      await dialog.getByText(/^(do not trust|evidence)/).waitFor({ timeout: 90_000 });
      await until(
        () => page.evaluate<boolean>(`document.querySelector('dialog img.figure')?.naturalWidth > 100`),
        'the figure is shown',
      );
      await press('Escape');
      await dialog.waitFor({ state: 'detached' });
      await go(`#/review/${clip}/1/0`);
      await until(() => page.url().endsWith('/1/0'), 'the first frame');
      await press('w');
      await dialog.getByText(/drawn by hand/).waitFor();
      assert.equal(await dialog.getByRole('img').count(), 0);
    });
  });
});
