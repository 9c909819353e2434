import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { fromBfloat16, toBfloat16 } from '../../../../../pipeline/domain/models/bfloat16.ts';
import { seededRandom } from '../../../../../pipeline/domain/statistics/seeded-random.ts';
import {
  encodeJpeg,
  encodePng,
  type Raster,
  resizeRegion,
} from '../../../../../pipeline/domain/vision/image.ts';
import { UsageError } from '../../../../../pipeline/runtime/errors.ts';
import {
  type ClassifierExample,
  classifierDatasetDigest,
} from '../../../../../stages/trainer/classifier/example.ts';
import { readClassFolder } from '../../../../../stages/trainer/classifier/folder.ts';
import { inspectExamples, sharedWith } from '../../../../../stages/trainer/classifier/inspect.ts';
import { splitWithoutLeaks } from '../../../../../stages/trainer/classifier/leaks.ts';
import { mirror, planClassifierViews } from '../../../../../stages/trainer/classifier/views.ts';

/** Soft shapes, as pictures have. */
async function scene(seed: number, width = 120, height = 80): Promise<Raster> {
  const random = seededRandom(seed);
  const data = Uint8Array.from({ length: 12 * 8 * 3 }, () => Math.floor(random.next() * 256));
  return resizeRegion({ data, width: 12, height: 8 }, [0, 0, 12, 8], width, height);
}

function example(name: string, label: number, bytes: Uint8Array): ClassifierExample {
  return { name, label, bytes: async () => bytes };
}

test('inspect - a file that is no picture is left out by name', async () => {
  const good = example('rose/1.png', 0, await encodePng(await scene(1)));
  const { usable, problems } = await inspectExamples([
    good,
    example('rose/notes.jpg', 0, new TextEncoder().encode('hello')),
    example('rose/empty.jpg', 0, new Uint8Array()),
  ]);
  assert.deepEqual(
    usable.map(({ name }) => name),
    ['rose/1.png'],
  );
  assert.deepEqual(
    problems.map(({ kind, name }) => [kind, name]),
    [
      ['unreadable', 'rose/notes.jpg'],
      ['unreadable', 'rose/empty.jpg'],
    ],
  );
});

test('inspect - a picture that is there twice is kept once, saved again at another size and quality too', async () => {
  const bytes = await encodeJpeg(await scene(1), 90);
  const { usable, problems } = await inspectExamples([
    example('rose/1.jpg', 0, bytes),
    example('rose/2.jpg', 0, bytes),
    example('rose/3.jpg', 0, await encodeJpeg(await scene(1, 90, 60), 75)),
    example('rose/4.jpg', 0, await encodeJpeg(await scene(2), 90)),
  ]);
  assert.deepEqual(
    usable.map(({ name }) => name),
    ['rose/1.jpg', 'rose/4.jpg'],
  );
  assert.deepEqual(
    problems.map(({ kind, message }) => [kind, message]),
    [
      ['duplicate', 'the same picture as rose/1.jpg'],
      ['duplicate', 'the same picture as rose/1.jpg'],
    ],
  );
});

test('inspect - a picture that is in two classes is left out of both', async () => {
  const bytes = await encodeJpeg(await scene(1), 90);
  const { usable, problems } = await inspectExamples([
    example('rose/1.jpg', 0, bytes),
    example('rose/2.jpg', 0, await encodeJpeg(await scene(2), 90)),
    example('tulip/1.jpg', 1, bytes),
  ]);
  assert.deepEqual(
    usable.map(({ name }) => name),
    ['rose/2.jpg'],
  );
  assert.deepEqual(
    problems.map(({ kind, name, message }) => [kind, name, message]),
    [
      ['conflict', 'rose/1.jpg', 'the same picture is in another class: tulip/1.jpg'],
      ['conflict', 'tulip/1.jpg', 'the same picture is in another class: rose/1.jpg'],
    ],
  );
});

test('inspect - what is scored on is found among what is learnt from', async () => {
  const bytes = await encodeJpeg(await scene(1), 90);
  const learnt = await inspectExamples([
    example('rose/1.jpg', 0, bytes),
    example('rose/2.jpg', 0, await encodeJpeg(await scene(2), 90)),
  ]);
  const scored = await inspectExamples([example('rose/9.jpg', 0, bytes)]);
  assert.deepEqual(
    sharedWith(learnt.usable, scored.usable).map(({ name }) => name),
    ['rose/1.jpg'],
  );
});

test('leaks - what is scored on is not learnt from, unless its class has nothing else', async () => {
  const sceneExample = async (name: string, label: number, seed: number) =>
    example(name, label, await encodeJpeg(await scene(seed), 90));
  const learnt = await inspectExamples([
    await sceneExample('rose/1.jpg', 0, 1),
    await sceneExample('rose/2.jpg', 0, 2),
    await sceneExample('tulip/1.jpg', 1, 3),
  ]);
  const held = await inspectExamples([
    await sceneExample('rose/8.jpg', 0, 1),
    await sceneExample('tulip/8.jpg', 1, 3),
    await sceneExample('tulip/9.jpg', 1, 4),
  ]);
  const { examples, heldOut, leaks } = splitWithoutLeaks(learnt.usable, held.usable);
  const names = (all: readonly { name: string }[]) => all.map(({ name }) => name);
  assert.deepEqual(names(examples), ['rose/2.jpg', 'tulip/1.jpg']);
  assert.deepEqual(names(heldOut), ['rose/8.jpg', 'tulip/9.jpg']);
  assert.deepEqual(
    leaks.map(({ name, message }) => [name, message]),
    [
      ['rose/1.jpg', 'the same picture is held out'],
      ['tulip/8.jpg', 'the same picture is trained on, and its class has no others'],
    ],
  );
});

test('dataset digest - is of pictures and classes, whatever their order', () => {
  const [a, b] = [
    { digest: 'aa', label: 0 },
    { digest: 'bb', label: 1 },
  ];
  const digest = classifierDatasetDigest([a, b], ['x', 'y']);
  assert.match(digest, /^[0-9a-f]{16}$/);
  assert.equal(classifierDatasetDigest([b, a], ['x', 'y']), digest);
  assert.notEqual(classifierDatasetDigest([a, b], ['x', 'z']), digest);
});

test('views - the first is the whole picture, the others are parts inside it, the same for a seed', async () => {
  const picture = await scene(1, 50, 200);
  const views = planClassifierViews(picture, 6, seededRandom(4));
  assert.deepEqual(views[0], { region: [0, 0, 50, 200], mirrored: false, look: null });
  for (const {
    region: [x, y, w, h],
  } of views) {
    assert.ok(x >= 0 && y >= 0 && w >= 1 && h >= 1 && x + w <= 50 && y + h <= 200, `${[x, y, w, h]}`);
  }
  assert.deepEqual(planClassifierViews(picture, 6, seededRandom(4)), views);
});

test('views - parts have the picture’s shape, more or less, as whole pictures have it', () => {
  for (const [width, height] of [
    [500, 2000],
    [900, 300],
  ] as const) {
    const picture = { data: new Uint8Array(), width, height };
    for (const { region } of planClassifierViews(picture, 50, seededRandom(4))) {
      const aspect = region[2] / region[3] / (width / height);
      assert.ok(aspect > 0.74 && aspect < 1.35, `${aspect}`);
      assert.ok((region[2] * region[3]) / (width * height) > 0.3);
    }
  }
});

test('bfloat16 - keeps a number to a 256th of it, and zero, infinity and what has few digits as they are', () => {
  const exact = Float32Array.of(0, -0, 1, -6, 0.40625, Number.POSITIVE_INFINITY);
  assert.deepEqual(fromBfloat16(toBfloat16(exact)), exact);
  const random = seededRandom(5);
  const values = Float32Array.from({ length: 1000 }, () => 6 * random.next() - 2);
  fromBfloat16(toBfloat16(values)).forEach((value, i) => {
    assert.ok(Math.abs(value - values[i]!) <= Math.abs(values[i]!) / 256, `${values[i]} became ${value}`);
  });
  assert.deepEqual(
    fromBfloat16(toBfloat16(values.subarray(3, 5))),
    fromBfloat16(toBfloat16(values)).slice(3, 5),
  );
});

test('views - mirrored is left to right', () => {
  const two = { data: Uint8Array.of(1, 2, 3, 4, 5, 6), width: 2, height: 1 };
  assert.deepEqual([...mirror(two).data], [4, 5, 6, 1, 2, 3]);
});

describe('class folder', () => {
  const withFolder = async (files: readonly string[], use: (dir: string) => Promise<void>) => {
    const dir = await mkdtemp(join(tmpdir(), 'shika-classes-'));
    try {
      for (const file of files) {
        await mkdir(join(dir, file, '..'), { recursive: true });
        await writeFile(join(dir, file), '');
      }
      await use(dir);
    } finally {
      await rm(dir, { recursive: true });
    }
  };

  test('a folder is a class, its files are examples; hidden ones are not', () =>
    withFolder(['rose/2.jpg', 'rose/1.jpg', 'daisy/1.jpg', 'rose/.DS_Store', '.git/x'], async (dir) => {
      const { classes, examples, problems } = await readClassFolder(dir);
      assert.deepEqual(classes, ['daisy', 'rose']);
      assert.deepEqual(
        examples.map(({ name, label }) => [name, label]),
        [
          ['daisy/1.jpg', 0],
          ['rose/1.jpg', 1],
          ['rose/2.jpg', 1],
        ],
      );
      assert.deepEqual(problems, []);
    }));

  test('a file beside the classes, and a class that the model does not know, are named', () =>
    withFolder(['rose/1.jpg', 'daisy/1.jpg', 'lily/1.jpg', 'readme.txt'], async (dir) => {
      const { examples, problems } = await readClassFolder(dir, ['rose', 'daisy']);
      assert.deepEqual(
        examples.map(({ name, label }) => [name, label]),
        [
          ['rose/1.jpg', 0],
          ['daisy/1.jpg', 1],
        ],
      );
      assert.deepEqual(problems, ['lily is no class of the model', "readme.txt is in no class's folder"]);
    }));

  test('a class is searched with the folders in it', () =>
    withFolder(['rose/cam1/1.jpg', 'rose/cam2/1.jpg', 'rose/__MACOSX/1.jpg', 'daisy/1.jpg'], async (dir) => {
      const { examples } = await readClassFolder(dir);
      assert.deepEqual(
        examples.map(({ name }) => name),
        ['daisy/1.jpg', 'rose/cam1/1.jpg', 'rose/cam2/1.jpg'],
      );
    }));

  test('a link to nothing is named, and the rest is read', () =>
    withFolder(['rose/1.jpg', 'daisy/1.jpg'], async (dir) => {
      await symlink(join(dir, 'gone'), join(dir, 'lily'));
      await symlink(join(dir, 'gone'), join(dir, 'rose', '2.jpg'));
      const { examples, problems } = await readClassFolder(dir);
      assert.equal(examples.length, 2);
      assert.deepEqual(problems, ['lily: a link to nothing', 'rose/2.jpg: a link to nothing']);
    }));

  test('splits are no classes', () =>
    withFolder(['train/rose/1.jpg', 'valid/rose/1.jpg', 'test/rose/1.jpg'], async (dir) => {
      await assert.rejects(readClassFolder(dir), /has splits, not classes.*test, train, valid.*train, and/);
    }));

  test('a folder without two classes, or that is not there, is refused', () =>
    withFolder(['rose/1.jpg'], async (dir) => {
      await assert.rejects(readClassFolder(dir), UsageError);
      await assert.rejects(readClassFolder(join(dir, 'none')), UsageError);
    }));
});
