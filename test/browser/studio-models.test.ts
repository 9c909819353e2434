/** What models say, in a browser: why they see what they see. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { openBackend } from '../../pipeline/domain/models/backend/backend.ts';
import { readDetectorCard } from '../../pipeline/domain/models/detector/card.ts';
import { storeModel } from '../../pipeline/domain/models/registry.ts';
import { activateByHand } from '../../pipeline/domain/models/stored-models.ts';
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
    const files = await untrainedDetector();
    const { id } = readDetectorCard(files);
    await storeModel(bus, id, files);
    await activateByHand(bus, id);
    await publishNumbered(bus, clip, FRAMES);
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: FRAMES });
    await publishLabelled(bus, {
      ...{ clip, tracks: 1, frames: FRAMES },
      cause: (index) => (index === 0 ? 'hand' : 'detected'),
    });
    startStage(context, bed.server.url, explainer, { backend: 'wasm' });
    studio = await startStudio(context, bed.server.url);
    browser = await startChromium();
  });
  after(async () => {
    await browser?.close();
    for (const end of ends) await end();
    await bed?.close();
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
