import assert from 'node:assert/strict';
import { test } from 'node:test';
import { risks as assess } from '../../../../../pipeline/domain/labels/risk.ts';
import type { Box } from '../../../../../pipeline/domain/vision/box.ts';
import type { Track } from '../../../../../schemas/track.ts';

const still: Box = [100, 100, 80, 60];

function label(index: number, changes: Partial<Omit<Track, 'box'>> & { box?: Box } = {}): Track {
  return {
    clip: '0123456789abcdef',
    camera: 'gate',
    track: 1,
    index,
    pts: index / 25,
    label: 'deer',
    cause: 'detected',
    score: 0.9,
    model: null,
    region: null,
    ...changes,
    box: [...(changes.box ?? still)],
  };
}

const track = (length: number, at: Record<number, Parameters<typeof label>[1]> = {}) =>
  Array.from({ length }, (_, index) => label(index, at[index]));
/** The numbers alone. */
const risks = (...given: Parameters<typeof assess>) => assess(...given).map(({ risk }) => risk);
const missed = { cause: 'held', score: null } as const;

test('risk - none for what a person drew, whatever is around it', () => {
  assert.equal(risks(track(9, { 4: { cause: 'hand', score: null, box: [0, 0, 300, 300] } }))[4], 0);
});

test('risk - little for a sure detection, more for an unsure one, most for what was not seen', () => {
  const of = (changes: Parameters<typeof label>[1]) => risks(track(9, { 4: changes }))[4]!;
  const rising = [of({ score: 0.95 }), of({ score: 0.4 }), of(missed), of({ cause: 'moved', score: null })];
  assert.deepEqual(
    rising,
    rising.toSorted((a, b) => a - b),
  );
  assert.ok(rising[0]! < 0.1, `${rising[0]}`);
  assert.ok(rising[2]! > 0.45, `${rising[2]}`);
});

test('risk - a box that jumps away and back is riskier than those before and after it', () => {
  const risk = risks(track(9, { 4: { box: [180, 100, 80, 60] } }));
  assert.equal(Math.max(...risk), risk[4]);
  assert.ok(risk[4]! > 0.5, `${risk[4]}`);
  assert.ok(risk[3]! < 0.5 * risk[4]!, `${risk[3]}`);
});

test('risk - an animal that walks is not at risk for that', () => {
  const walking = Array.from({ length: 30 }, (_, i) => label(i, { box: [100 + 6 * i, 100, 80, 60] }));
  assert.ok(Math.max(...risks(walking)) < 0.25);
});

test('risk - a box of twice the size is at risk', () => {
  const risk = risks(track(20, { 10: { box: [80, 90, 115, 85] } }));
  assert.ok(risk[10]! > risk[5]! + 0.3, `${risk[10]} ${risk[5]}`);
});

test('risk - grows with each frame in which the animal was not seen, and falls when it is seen again', () => {
  const risk = risks(track(40, Object.fromEntries(Array.from({ length: 20 }, (_, i) => [10 + i, missed]))));
  const unseen = risk.slice(10, 30);
  for (let i = 4; i < 17; i++) assert.ok(unseen[i]! > unseen[i - 1]!, `frame ${10 + i}`);
  assert.ok(risk[34]! < 0.1);
});

test('risk - a detection among misses is riskier than one among detections', () => {
  const alone = { 8: missed, 9: missed, 11: missed, 12: missed };
  assert.ok(risks(track(20, alone))[10]! > risks(track(20))[10]!);
});

test('risk - between 0 and 1, to 1/1000, a track of one frame included', () => {
  const wild = Array.from({ length: 50 }, (_, i) =>
    label(i, {
      ...(i % 3 === 0 ? missed : {}),
      box: [(i * 97) % 400, (i * 61) % 300, 5 + ((i * 31) % 200), 40],
    }),
  );
  for (const risk of [...risks(wild), ...risks([label(0)])]) {
    assert.ok(risk >= 0 && risk <= 1);
    assert.equal(Math.round(risk * 1000) / 1000, risk);
  }
  assert.deepEqual(risks([]), []);
});

test('risk - what was estimated between two detections is as sure as the nearer of them', () => {
  const unseen = (cause: 'followed' | 'held') =>
    Object.fromEntries(Array.from({ length: 30 }, (_, i) => [i + 10, { cause, score: null }]));
  const followed = risks(track(50, unseen('followed')));
  const held = risks(track(50, unseen('held')));
  assert.ok(followed[38]! < followed[25]!, `${followed[38]} ${followed[25]}`);
  assert.equal(followed[15], followed[34]);
  assert.ok(held[38]! > held[25]!, `${held[38]} ${held[25]}`);
});

test('risk - a followed box that looks unlike its animal is riskier', () => {
  const of = (likeness: number) => risks(track(9, { 4: { cause: 'followed', score: null, likeness } }))[4]!;
  assert.ok(of(0.3) > of(0.95) + 0.2, `${of(0.3)} ${of(0.95)}`);
});

test('risk - what the tracker doubts is at risk, a stone most', () => {
  const of = (changes: Parameters<typeof label>[1]) => risks(track(9, { 4: changes }))[4]!;
  assert.ok(of({ doubts: ['unchanged'] }) > of({}) + 0.2);
  assert.ok(of({ doubts: ['stone'] }) > 0.85);
});

const doubtsAt = (labels: readonly Track[], at: number, context?: Parameters<typeof assess>[1]) =>
  assess(labels, context)[at]!.doubts;

test('risk - says why: a jump in pixels, a size in times, how long unseen; the heaviest first', () => {
  const [jump] = doubtsAt(track(9, { 4: { box: [180, 100, 80, 60] } }), 4);
  assert.deepEqual(jump, { kind: 'jump', px: 80 });
  const [size] = doubtsAt(track(30, { 15: { box: [100, 100, 113.1, 84.9] } }), 15);
  assert.equal(size?.kind, 'size');
  assert.equal(size.times, 2);
  const unseen = doubtsAt(
    track(40, Object.fromEntries([...Array(20).keys()].map((i) => [10 + i, missed]))),
    24,
  );
  assert.deepEqual(unseen[0], { kind: 'unseen', frames: 15 });
  assert.deepEqual(doubtsAt(track(9), 4), []);
});

test('risk - a box at the edge of the picture is a little in doubt', () => {
  const at = track(
    9,
    Object.fromEntries([...Array(9).keys()].map((i) => [i, { box: [240, 100, 80, 60] as Box }])),
  );
  const picture = { width: 320, height: 240 };
  assert.deepEqual(doubtsAt(at, 4, { picture }), [{ kind: 'edge' }]);
  assert.deepEqual(doubtsAt(at, 4, { picture: { width: 640, height: 480 } }), []);
});

test('risk - what stands at one spot in four clips is at risk however sure the detector is', () => {
  const [alone, twice, often] = [0, 1, 3].map((stoneIn) => assess(track(9), { stoneIn })[4]!);
  assert.ok(alone!.risk < twice!.risk && twice!.risk < often!.risk);
  assert.ok(often!.risk > 0.6, `${often!.risk}`);
  assert.deepEqual(often!.doubts[0], { kind: 'stone', clips: 3 });
});

test('risk - another model that sees it elsewhere, or not at all, puts it at risk', () => {
  const of = (box: Box | null) => assess(track(9), { secondOpinion: new Map([[4, box]]) })[4]!;
  assert.ok(of([102, 100, 80, 60]).risk < 0.1);
  assert.ok(of(null).risk > 0.6);
  assert.deepEqual(of([140, 100, 80, 60]).doubts[0], { kind: 'models', iou: 0.33 });
});

test('risk - the tracker’s own doubts and a likeness that is low are said', () => {
  const of = (changes: Parameters<typeof label>[1]) => doubtsAt(track(9, { 4: changes }), 4)[0];
  assert.deepEqual(of({ doubts: ['stone'] }), { kind: 'stone', clips: 0 });
  assert.deepEqual(of({ doubts: ['unchanged'] }), { kind: 'unchanged' });
  assert.deepEqual(of({ cause: 'followed', score: null, likeness: 0.2 }), {
    kind: 'likeness',
    likeness: 0.2,
  });
});

test('risk - the tracker’s own doubts and a likeness that is low are said', () => {
  const of = (changes: Parameters<typeof label>[1]) => doubtsAt(track(9, { 4: changes }), 4)[0];
  assert.deepEqual(of({ doubts: ['stone'] }), { kind: 'stone', clips: 0 });
  assert.deepEqual(of({ doubts: ['unchanged'] }), { kind: 'unchanged' });
  assert.deepEqual(of({ cause: 'followed', score: null, likeness: 0.2 }), {
    kind: 'likeness',
    likeness: 0.2,
  });
});
