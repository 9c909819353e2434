/** The whole method by the page alone: a clip is drawn on, learnt from, labelled, reviewed, and learnt from again. */
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { filmScene, type TruthLine, truthOf } from '../../pipeline/app/demo/scene.ts';
import { daylightScene } from '../../pipeline/app/demo/story.ts';
import { SIZE } from '../bus/studio-bed.ts';
import { type Running, start } from '../processes/shika.ts';
import { chromiumPath, noChromium, startChromium } from './chromium.ts';
import { builtPage, drag, type StudioToVisit, type Visitor, visitStudio } from './studio-page.ts';

const FRAMES = 40;
/** Trainings are cut short: it is the way through them that is tested. */
const STEPS = '40';
const DRAWN = 5;
const LONG_MS = 600_000;

describe('the whole method by page', {
  skip: chromiumPath === undefined && noChromium,
  timeout: 900_000,
}, () => {
  let folder: string;
  let truth: TruthLine[];
  let browser: Browser;
  let running: Running;

  before(async () => {
    await builtPage();
    folder = await mkdtemp(join(tmpdir(), 'shika-method-'));
    await mkdir(join(folder, 'clips'));
    const scene = await daylightScene(1);
    const shown = { ...scene, exposures: scene.exposures.slice(40, 40 + FRAMES) };
    truth = truthOf(await filmScene(join(folder, 'clips/clearing.mp4'), shown), SIZE);
    browser = await startChromium();
  });
  after(async () => {
    running?.child.kill('SIGKILL');
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('draw, go, review, train', async () => {
    running = start(
      ['studio', join(folder, 'clips'), '--no-open', '--detectors', '1', '--out', join(folder, 'out')],
      { SHIKA_FILTER_STEPS: STEPS },
    );
    await visitStudio(browser, await addressOf(running), { user: 'mika' }, async (visitor) => {
      const { page, press } = visitor;
      await page.getByText('clearing.mp4').first().waitFor();

      await press('Alt+2');
      for (let drawn = 0; drawn < DRAWN; drawn += 1) await drawHere(visitor, drawn === 0);
      await visitor.sent();

      await press('Alt+1');
      await page.getByRole('button', { name: 'Train and label all' }).click();
      await page.getByText('Begun. It goes on when this page is closed.').waitFor();

      await press('Alt+3');
      const tracks = page.getByRole('list', { name: /Tracks/ });
      await tracks.getByRole('listitem').first().waitFor({ timeout: LONG_MS });
      await press('Enter');
      await page.getByRole('slider', { name: /Frames of the track/ }).waitFor();
      await press('Control+Enter');
      await visitor.sent();

      await press('Alt+1');
      await page.getByRole('button', { name: 'Main training' }).click();
      await press('Alt+4');
      await page.getByRole('heading', { name: /main/ }).first().waitFor({ timeout: LONG_MS });
    });
    running.child.kill('SIGINT');
    const { code, stderr } = await running.ended;
    assert.equal(code, 0, stderr);
    const rows = (await readFile(join(folder, 'out/labels.csv'), 'utf8')).trimEnd().split('\n').slice(1);
    const accepted = rows.filter((row) => row.endsWith(',accepted'));
    assert.ok(accepted.length > FRAMES / 2, `${accepted.length} of ${rows.length} labels are accepted`);
  });

  /** Draws what is true of the frame on the screen, and goes on to the next that is proposed. */
  async function drawHere({ page, press }: Visitor, isFirst: boolean): Promise<void> {
    const index = await frameOnScreen(page);
    const line = truth.find(({ frame }) => frame === index);
    assert.ok(line, `frame ${index} of ${truth.length}`);
    if (line.box === null) await press('e');
    else {
      const [x, y, width, height] = line.box;
      await drag(page, [x, y], [x + width, y + height]);
      if (isFirst) {
        await page.getByRole('dialog', { name: 'Which class?' }).waitFor();
        await page.keyboard.type('deer');
        await press('Enter');
      }
    }
    await page.getByText('✓ Saved').waitFor();
    await press('n');
    await page.waitForFunction(`!location.hash.endsWith('/${index}')`);
  }
});

/** Resolves when its picture is there. */
async function frameOnScreen(page: Page): Promise<number> {
  await page.waitForURL(/#\/draw\/[0-9a-f]{16}\/\d+$/);
  await page.getByText('The picture is on its way…').waitFor({ state: 'hidden', timeout: 60_000 });
  return Number(/\d+$/.exec(page.url())?.[0]);
}

/** As the command prints it. */
async function addressOf({ child, ended }: Running): Promise<StudioToVisit> {
  const printed = new Promise<StudioToVisit>((resolve) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text += chunk;
      const found = /(http:\/\/\S+)\/\?token=(\S+)/.exec(text);
      if (found) resolve({ url: found[1] ?? '', token: found[2] ?? '' });
    });
  });
  const failed = ended.then(({ stderr }) => {
    throw new Error(`it ended before the studio was there: ${stderr}`);
  });
  return Promise.race([printed, failed]);
}
