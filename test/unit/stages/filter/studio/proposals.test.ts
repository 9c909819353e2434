import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ClipView } from '../../../../../stages/filter/studio/api.ts';
import {
  candidateClips,
  candidateFrames,
  type Glance,
  glances,
  THUMBNAIL,
} from '../../../../../stages/filter/studio/candidates.ts';
import {
  type ImportedFrame,
  proposals,
  WORTH_DRAWING,
} from '../../../../../stages/filter/studio/proposals.ts';

const { width, height } = THUMBNAIL;
const clipName = (n: number) => n.toString(16).padStart(16, '0');
const labels = { pending: 0, accepted: 0, rejected: 0, corrected: 0 };

const view = (n: number, frames: number, more: Partial<ClipView> = {}): ClipView => ({
  ...{ clip: clipName(n), camera: 'gate', file: `${n}.mp4`, state: 'found', reason: null, frames, labels },
  ...{ width: 640, height: 360, fps: 25, recordedAt: null, done: 0, drawn: 0 },
  ...more,
});

/** Ground of one brightness with a texture of the place, and an animal of 6 x 6 cells at x, where there is one. */
function picture(ground: number, place: number, animalAt: number | null): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, cell) => {
    const [x, y] = [cell % width, Math.floor(cell / width)];
    const isAnimal = animalAt !== null && x >= animalAt && x < animalAt + 6 && y >= 20 && y < 26;
    return ground + 5 * ((cell * (place + 3)) % 17) + (isAnimal ? 60 : 0);
  });
}

/** Frames at which an animal is somewhere; the others show nothing. */
function glancesOf(
  clip: ClipView,
  frames: readonly number[],
  look: { ground?: number; place?: number; animals?: Readonly<Record<number, number>> },
): readonly Glance[] {
  const { ground = 80, place = 0, animals = {} } = look;
  return glances(
    frames.map((index) => ({ clip: clip.clip, index, grey: picture(ground, place, animals[index] ?? null) })),
  );
}

const keys = (found: ReturnType<typeof proposals>) => found.map(({ clip, index }) => `${clip}.${index}`);
const none = { glances: new Map(), imported: [] };

test('proposals - at once: the first frame of each clip, the rest over all by their length, each once', () => {
  const clips = [view(1, 100), view(2, 300)];
  const found = proposals({ ...none, clips });
  assert.equal(found.length, WORTH_DRAWING);
  assert.equal(new Set(keys(found)).size, WORTH_DRAWING);
  assert.deepEqual(
    found.filter(({ why }) => why === 'first').map(({ index }) => index),
    [0, 0],
  );
  const longer = found.filter(({ clip }) => clip === clipName(2)).length;
  assert.ok(longer > 2 * (WORTH_DRAWING - longer), `${longer}`);
  assert.deepEqual(proposals({ ...none, clips: [view(1, 100, { state: 'failed' })] }), []);
});

test('proposals - of 200 clips few are looked at, and all is bounded', () => {
  const clips = Array.from({ length: 200 }, (_, n) => view(n, 1_500));
  assert.equal(proposals({ ...none, clips }).length, WORTH_DRAWING);
  const looked = candidateClips(clips);
  assert.equal(looked.length, 40);
  const frames = looked.flatMap((clip) => candidateFrames(clip, looked.length));
  assert.ok(frames.length <= 200, `${frames.length}`);
  assert.deepEqual(candidateFrames(view(1, 3), 1), [0, 1, 2]);
});

test('proposals - where something moved comes first, each somewhere else; some empty ones are among them', () => {
  const clip = view(1, 400);
  const frames = Array.from({ length: 40 }, (_, i) => 10 * i);
  const animals = Object.fromEntries(
    [50, 60, 70, 130, 140, 200, 210, 290].map((frame, i) => [frame, 2 + 7 * i]),
  );
  const seen = new Map([[clip.clip, glancesOf(clip, frames, { animals })]]);
  const found = proposals({ ...none, clips: [clip], glances: seen });
  const chosen = found.slice(0, 9);
  assert.equal(chosen[0]?.why, 'first');
  const withAnimal = chosen.filter(({ index }) => index in animals).length;
  assert.equal(withAnimal, 8, `${chosen.map(({ index, why }) => `${index} ${why}`)}`);
  const empty = found.filter(({ why }) => why === 'empty');
  assert.equal(empty.length, 1, 'what looks the same is not proposed again as empty');
  assert.ok(!((empty[0]?.index ?? 0) in animals));
  assert.equal(found.length, WORTH_DRAWING, 'the rest is spread evenly');
});

test('proposals - another light and another place are worth a frame of their own, and it is said why', () => {
  const day = view(1, 100, { camera: 'gate' });
  const night = view(2, 100, { camera: 'gate' });
  const creek = view(3, 100, { camera: 'creek' });
  const frames = [0, 20, 40, 60, 80];
  const seen = new Map([
    [day.clip, glancesOf(day, frames, { ground: 100, animals: { 20: 10, 40: 30 } })],
    [night.clip, glancesOf(night, frames, { ground: 10, animals: { 20: 10 } })],
    [creek.clip, glancesOf(creek, frames, { ground: 100, place: 5, animals: { 60: 10 } })],
  ]);
  const found = proposals({ ...none, clips: [day, night, creek], glances: seen });
  const first = found.slice(0, 5);
  assert.equal(new Set(first.map(({ clip }) => clip)).size, 3, 'all clips are among the first');
  assert.ok(
    found.some(({ clip, why }) => clip === creek.clip && why === 'place') || first[0]?.clip === creek.clip,
  );
  const reasons = new Set(found.map(({ why }) => why));
  assert.ok(reasons.has('light') && reasons.has('empty'), [...reasons].join(' '));
});

test('proposals - a cloud over an empty place is another light, and nothing that came', () => {
  const clip = view(1, 100);
  const candidates = [0, 1, 2, 3, 4].map((index) => ({
    clip: clip.clip,
    index,
    grey: picture(index === 4 ? 120 : 80, 0, null),
  }));
  for (const { change } of glances(candidates)) assert.equal(change, 0);
});

test('proposals - boxes of another tool are there to be accepted: over all clips, the surest of each stretch', () => {
  const clips = [view(1, 100), view(2, 100)];
  const box = (score: number) => ({
    box: [1, 2, 30, 40] as [number, number, number, number],
    label: 'deer',
    score,
  });
  const imported: ImportedFrame[] = [
    ...Array.from({ length: 90 }, (_, index) => ({
      clip: clipName(1),
      index,
      boxes: [box(index === 50 ? 0.99 : 0.5)],
    })),
    { clip: clipName(2), index: 7, boxes: [box(0.3)] },
    { clip: clipName(2), index: 100, boxes: [box(0.9)] },
    { clip: clipName(2), index: 8, boxes: [] },
    { clip: clipName(9), index: 0, boxes: [box(0.9)] },
  ];
  const found = proposals({ ...none, clips, imported });
  const taken = found.filter(({ why }) => why === 'imported');
  assert.ok(taken.some(({ clip, index }) => clip === clipName(1) && index === 50));
  assert.ok(taken.some(({ clip, index }) => clip === clipName(2) && index === 7));
  assert.ok(taken.every(({ boxes }) => boxes.length === 1 && boxes[0]?.score !== null));
  assert.ok(taken.length <= 15 && taken.length > 5, `${taken.length}`);
  assert.ok(
    !found.some(({ clip, index }) => clip === clipName(2) && index === 100),
    'the clip has no such frame',
  );
  assert.ok(!found.some(({ clip }) => clip === clipName(9)), 'nor is there such a clip');
  assert.equal(new Set(keys(found)).size, found.length, 'each once');
  const spread = found.find(({ clip, index }) => clip === clipName(1) && index === 0);
  assert.equal(spread?.boxes.length, 1, 'a frame that is proposed for another reason has its boxes, too');
});
