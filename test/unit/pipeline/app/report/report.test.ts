import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { chooseSamples, samplesAClip } from '../../../../../pipeline/app/report/choose-samples.ts';
import type { ReportData } from '../../../../../pipeline/app/report/data.ts';
import { difference, duration, percent } from '../../../../../pipeline/app/report/figures.ts';
import { ledgerEquation, sumOfLedgers } from '../../../../../pipeline/app/report/ledger.ts';
import { renderPage } from '../../../../../pipeline/app/report/page.ts';
import { timeline } from '../../../../../pipeline/app/report/timeline.ts';
import { writeRunReport } from '../../../../../pipeline/app/results/report.ts';
import type { LabelRow } from '../../../../../pipeline/domain/formats/label-row.ts';
import { reportExample } from '../../../../fixtures/report-example.ts';

test('report - escapes every text that goes in', async () => {
  const hostile = `"'><script>alert(1)</script>`;
  const page = await renderPage(withTexts(await reportExample(), hostile));
  assert.doesNotMatch(page, /<script/);
  assert.match(page, /&lt;script&gt;/);
});

test('report - forbids scripts and every address but its own pictures', async () => {
  const page = await renderPage(await reportExample());
  assert.ok(page.includes('Content-Security-Policy" content="default-src &#39;none&#39;; img-src data:;'));
  const addresses = page.match(/(?:src|href)="[^"#]{0,12}/g) ?? [];
  assert.ok(addresses.length > 0);
  for (const found of addresses) assert.match(found, /="(?:data:|$)/);
});

test('report - the first figure is that on hand-drawn pictures, with their number and what it allows for', async () => {
  const page = await renderPage({ ...(await reportExample()), truth: null });
  const [first] = page.match(/<dl class="tiles">\s*<div>.*?<\/div>/s) ?? [];
  assert.match(
    first ?? '',
    /AP50 of the detector.*on 5 pictures drawn by hand and held out: \d\.\d\d to \d\.\d\d is likely/s,
  );
  assert.match(page, /carry the pipeline’s own labels/, 'the other figures say what they are worth');
  assert.doesNotMatch(page, /No label was accepted/);
});

test('report - review says what it cost a person, and what an audit says of its labels', async () => {
  const example = await reportExample();
  const page = await renderPage(example);
  assert.match(page, /1 min 30 s, 0\.08 s for each of 1,200 good labels/);
  assert.match(page, /wrong among accepted labels<\/dt><dd>5\.0 % \(2\.1 % to 11\.2 %, 100 asked\)/);
  assert.doesNotMatch(page, /frames with a missed animal/);
  assert.match(page, /8 of 9/);
  const audit = { wrongLabels: null, missedAnimals: null, planted: { shown: 0, noticed: 0 } };
  const nobody = { seconds: 0, accepted: 0, secondsPerAccepted: null, audit };
  assert.doesNotMatch(await renderPage({ ...example, review: nobody }), /Review by people/);
});

test('report - a main training that was left out is said in red', async () => {
  const page = await renderPage({ ...(await reportExample()), main: null, promotion: null });
  assert.match(page, /<strong class="bad">No label was accepted: main training was left out\.<\/strong>/);
});

test('report - is written whole or not at all', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'shika-report-'));
  t.after(() => rm(folder, { recursive: true }));
  await writeRunReport(join(folder, 'report.html'), await reportExample());
  assert.deepEqual(await readdir(folder), ['report.html']);
  assert.match(await readFile(join(folder, 'report.html'), 'utf8'), /^<!doctype html>.*<\/html>\n$/s);
  await assert.rejects(
    writeRunReport(join(folder, 'report.html', 'no-folder.html'), await reportExample()),
    /EEXIST|ENOTDIR/,
  );
});

test('report - survives a picture that can’t be read', async () => {
  const example = await reportExample();
  const [first, ...rest] = example.clips;
  const samples = first!.samples.map((sample) => ({ ...sample, picture: new Uint8Array([1, 2, 3]) }));
  const page = await renderPage({ ...example, clips: [{ ...first!, samples }, ...rest] });
  assert.match(page, /The picture of this frame can’t be read/);
});

test('report - says whether main took over, not that it is worse where nobody could tell', async () => {
  const data = await reportExample();
  const promotion = { promoted: false, why: '2 hand-drawn pictures are held out' };
  assert.match(await renderPage(data), /is better on what was drawn by hand, and is now the active one/);
  assert.match(
    await renderPage({ ...data, promotion }),
    /was not shown to be better, so the earlier one stays/,
  );
});

test('report - the time of the run is its own, not that of its steps added up', async () => {
  const data = await reportExample(); // steps of 122.1 s
  assert.match(await renderPage(data), /<dt>time<\/dt><dd>2 min 6 s<\/dd>/);
});

test('report - says something useful when nothing was made', async () => {
  const page = await renderPage({
    ...(await reportExample()),
    handBoxes: null,
    framesPerSecond: null,
    command: null,
    seconds: {},
    totalSeconds: 0,
    clips: [],
    pre: null,
    main: null,
    promotion: null,
    truth: null,
    explanations: [],
    problems: [],
  });
  assert.match(page, /0 labels on 0 clips/);
  assert.doesNotMatch(page, /undefined|NaN|\[object|null/);
});

test('report - has no hole where a number is missing', async () => {
  const page = await renderPage(await reportExample());
  const text = page.replace(/<style>.*<\/style>/s, '').replace(/src="[^"]*"/g, '');
  assert.doesNotMatch(text, /undefined|NaN|\[object|>null</);
});

test('report ledger - adds clips up and says when a sum is off', () => {
  const one = { decoded: 10, labelled: 6, empty: 2, skipped: { cut: 1 }, dead: 1 };
  const two = { decoded: 5, labelled: 1, empty: 0, skipped: { cut: 1, late: 3 }, dead: 0 };
  const sum = { decoded: 15, labelled: 7, empty: 2, skipped: { cut: 2, late: 3 }, dead: 1 };
  assert.deepEqual(sumOfLedgers([one, two]), sum);
  assert.match(String(ledgerEquation(sum)), /✓ adds up/);
  assert.match(String(ledgerEquation({ ...sum, labelled: 5 })), /✗ 2 not accounted for/);
  assert.match(String(ledgerEquation({ ...sum, dead: 2 })), /✗ 1 counted twice/);
});

test('report samples - those nearest the decision come first and keep apart, the others are even over the clip', () => {
  const labels = Array.from({ length: 101 }, (_, frame) =>
    row(frame, frame >= 50 && frame < 60 ? 0.9 - frame / 1000 : 0.2),
  );
  const chosen = chooseSamples(labels, 101, { doubtful: 2, even: 5 }, 0.6);
  assert.deepEqual(
    chosen.map(({ frame, because }) => `${because} ${frame}`),
    ['doubtful 59', 'doubtful 0', 'even 25', 'even 50', 'even 75', 'even 100'],
  );
});

test('report samples - a frame is never asked for twice, nor one that does not exist', () => {
  for (const frames of [1, 2, 7, 400]) {
    const labels = Array.from({ length: frames }, (_, frame) => row(frame, 0.5));
    const chosen = chooseSamples(labels, frames, samplesAClip(1), 0.6).map(({ frame }) => frame);
    assert.equal(new Set(chosen).size, chosen.length);
    assert.ok(chosen.every((frame) => Number.isInteger(frame) && frame >= 0 && frame < frames));
  }
  assert.deepEqual(chooseSamples([], 0, samplesAClip(1), 0.6), []);
});

test('report samples - more clips get fewer pictures each', () => {
  assert.deepEqual(samplesAClip(1), { doubtful: 8, even: 16 });
  assert.deepEqual(samplesAClip(60), { doubtful: 2, even: 4 });
  assert.deepEqual(samplesAClip(10_000), { doubtful: 1, even: 1 });
});

test('report mistakes - each says what is wrong, to those who do not see the picture as well', async () => {
  const page = await renderPage(await reportExample());
  assert.match(page, /alt="deer\.mp4#3: missed deer, 13 % of the picture"/);
  assert.match(page, /alt="[^"]*: false box of a deer, score 0\.83"/);
  assert.match(page, /alt="deer\.mp4#9: loose box of a deer, overlap 0\.42, score 0\.71"/);
  assert.match(page, /None on the pictures that were held out/, 'main has none');
});

test('report mistakes - no section where nobody looked for them', async () => {
  const { pre, main, ...rest } = await reportExample();
  const page = await renderPage({
    ...rest,
    pre: pre && { ...pre, mistakes: null },
    main: main && { ...main, mistakes: null },
  });
  assert.doesNotMatch(page, /Worst mistakes/);
});

test('report timeline - joins neighbours of one cause and leaves a gap where there is no label', () => {
  const labels = [0, 1, 2, 5].map((frame) => row(frame, 0.5, frame === 2 ? 'held' : 'detected'));
  const rects = String(timeline(labels, 6, [])).match(/<title>[^<]*/g);
  assert.deepEqual(rects, [
    '<title>detected: frames 0–1',
    '<title>held: frame 2',
    '<title>detected: frame 5',
  ]);
});

test('report timeline - a long clip’s cell shows the worst of its frames', () => {
  const labels = Array.from({ length: 3600 }, (_, frame) =>
    row(frame, 0.1, frame === 1801 ? 'held' : 'detected'),
  );
  const drawn = String(timeline(labels, 3600, []));
  assert.match(drawn, /held: frames 1,800–1,802/);
  assert.match(drawn, /the most doubtful of 3 frames/);
});

test('report figures - read as people write them', () => {
  assert.deepEqual([0.44, 42, 200, 7500].map(duration), ['0.4 s', '42 s', '3 min 20 s', '2 h 5 min']);
  assert.deepEqual([0, 0.001, 0.5, 0.999, 1].map(percent), ['0 %', '< 1 %', '50 %', '> 99 %', '100 %']);
  assert.deepEqual([0.0421, -0.01, 0.0001].map(difference), ['+0.042', '−0.010', '±0']);
});

function row(frame: number, risk: number, cause: LabelRow['cause'] = 'detected'): LabelRow {
  const about = {
    clip: '0123456789abcdef',
    file: 'a.mp4',
    track: 1,
    label: 'deer',
    score: 0.5,
    review: null,
  } as const;
  return { ...about, frame, box: [1, 1, 5, 5], cause, risk };
}

/** The same data with every free text replaced, those that are keys as well. */
function withTexts(data: ReportData, text: string): ReportData {
  return {
    ...data,
    title: text,
    createdAt: text,
    version: text,
    command: text,
    seconds: { [text]: 1 },
    clips: data.clips.map((clip) => ({
      ...clip,
      file: text,
      facts: clip.facts && { ...clip.facts, clip: text, file: text },
      failure: text,
      ledger: clip.ledger && { ...clip.ledger, skipped: { [text]: 2 } },
      labels: clip.labels.map((label) => ({ ...label, label: text, file: text })),
    })),
    pre: data.pre && {
      ...data.pre,
      ...{ id: text, network: text, start: text },
      mistakes: (data.pre.mistakes ?? []).map((mistake) => ({
        ...mistake,
        ...{ name: text, label: text },
        truth: mistake.truth.map((one) => ({ ...one, label: text })),
        found: mistake.found.map((one) => ({ ...one, label: text })),
      })),
    },
    promotion: { promoted: false, why: text },
    truth: data.truth && { ...data.truth, source: text },
    explanations: data.explanations.map((one) => ({
      ...one,
      name: text,
      verdict: text,
      figures: { [text]: text },
    })),
    problems: [{ file: text, message: text }],
  };
}
