/**
 * How well an animal is followed by its looks alone: NanoTrack V3 from one box on the first frame, forward only.
 *
 *   node test/bench/template-follower.ts [--clips deer-daylight,small-cat-ir,flies] [--boxes DIR]
 *
 * `--clips`: of our real inputs, or paths without `.mp4`, with boxes beside them (`.first.csv`, `.truth.csv`).
 * `--boxes`: writes what was followed there, a JSON for each clip.
 */
import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseArgs } from 'node:util';
import { mean } from 'simple-statistics';
import { openFollower, type Template } from '../../pipeline/domain/models/nanotrack/follower.ts';
import { labelScores } from '../../pipeline/domain/scores/labels.ts';
import type { Box } from '../../pipeline/domain/vision/box.ts';
import { decodeClip } from '../../pipeline/domain/vision/video-decode.ts';
import { anchorsOf, clipFile, truthOf } from './clip-truth.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: 'deer-daylight,small-cat-ir,flies' },
    boxes: { type: 'string' },
  },
});
const opened = await openFollower();
if (!opened.follower) {
  console.error(opened.why);
  process.exit(2);
}
const { follower } = opened;

console.log(
  'template, search: ms of processor with the square; score: mean, and of the least tenth of all boxes',
);
console.log('clip          tracks frames boxes    IoU >=.75 template search  score least');
for (const name of values.clips.split(',')) console.log(await row(name));
await follower.dispose();

async function row(name: string): Promise<string> {
  const { boxes, frames, templates, searches } = await follow(name);
  if (values.boxes !== undefined) {
    await writeFile(join(values.boxes, `${basename(name)}.json`), JSON.stringify(boxes));
  }
  const truth = await truthOf(name);
  const ofLoop = boxes.map((box) => ({ ...box, clip: basename(name), cause: 'moved' as const }));
  const scores = truth.length === 0 ? null : labelScores(truth, ofLoop);
  const sorted = boxes.map(({ score }) => score).sort((a, b) => a - b);
  const least = sorted.slice(0, Math.ceil(sorted.length / 10));
  return [
    name.padEnd(14),
    `${new Set(boxes.map(({ track }) => track)).size}`.padStart(5),
    `${frames}`.padStart(6),
    `${boxes.length}`.padStart(5),
    (scores?.meanIoU.toFixed(3) ?? '-').padStart(6),
    (scores?.within75.toFixed(2) ?? '-').padStart(5),
    mean(templates).toFixed(1).padStart(8),
    mean(searches).toFixed(1).padStart(6),
    mean(sorted).toFixed(3).padStart(6),
    mean(least).toFixed(3),
  ].join(' ');
}

async function follow(name: string) {
  const anchors = await anchorsOf(name);
  const tracks: { track: number; template: Template; box: Box }[] = [];
  const boxes: { frame: number; track: number; box: Box; score: number }[] = [];
  const [templates, searches]: [number[], number[]] = [[], []];
  let frames = 0;
  for await (const frame of decodeClip(clipFile(name, '.mp4') ?? name)) {
    frames += 1;
    const picture = await frame.raster();
    if (frame.index === 0) {
      for (const { track, box } of anchors) {
        const template = await timed(templates, () => follower.template(picture, box));
        tracks.push({ track, template, box });
        boxes.push({ frame: 0, track, box, score: 1 });
      }
      continue;
    }
    for (const known of tracks) {
      const { box, score } = await timed(searches, () => follower.search(known.template, picture, known.box));
      known.box = box;
      boxes.push({ frame: frame.index, track: known.track, box, score });
    }
  }
  return { boxes, frames, templates, searches };
}

/** Keeps the ms of processor that it took. */
async function timed<T>(times: number[], work: () => Promise<T>): Promise<T> {
  const before = process.cpuUsage();
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  times.push((user + system) / 1000);
  return result;
}
