/**
 * The studio with as many labels as a card gives: how long until its list is there, how soon a decision is answered and
 * told to another page. `--clips 25 --tracks 20 --frames 100` are 50,000 labels in 500 tracks.
 *
 *   node test/bench/studio.ts [--clips 25] [--tracks 20] [--frames 100] [--decisions 200]
 */
import { parseArgs } from 'node:util';
import { quantile } from 'simple-statistics';
import { ClipFiltered } from '../../schemas/clip-filtered.ts';
import type { TrackSummary } from '../../stages/filter/studio/api.ts';
import { Person, publishLabelled, startStudio } from '../bus/studio-bed.ts';
import { clipId, testbed } from '../bus/testbed.ts';

const { values } = parseArgs({
  options: {
    clips: { type: 'string', default: '25' },
    tracks: { type: 'string', default: '20' },
    frames: { type: 'string', default: '100' },
    decisions: { type: 'string', default: '200' },
  },
});
const clips = Number(values.clips);
const tracks = Number(values.tracks);
const frames = Number(values.frames);
const decisions = Number(values.decisions);

const bed = await testbed();
const ending: (() => Promise<void>)[] = [];
try {
  const bus = await bed.open();
  const hour = (i: number) => new Date(Date.UTC(2026, 4, 12, i)).toISOString();
  for (let i = 0; i < clips; i++)
    await publishLabelled(bus, { clip: clipId(i), tracks, frames, recordedAt: hour(i) });
  // A card that was filtered before: who opens the studio waits for the page, not for the filter.
  const filtering = await startStudio({ after: (end) => ending.push(end) }, bed.server.url, {
    review: 'studio',
  });
  let filtered = 0;
  for await (const _ of bus.follow(ClipFiltered, {})) if (++filtered === clips) break;
  await filtering.stop();
  const began = performance.now();
  const usedBefore = process.cpuUsage();
  const studio = await startStudio({ after: (end) => ending.push(end) }, bed.server.url, {
    review: 'studio',
  });
  const listens = performance.now() - began;
  const person = await Person.enter(studio, 'mika');
  const list = await person.get<TrackSummary[]>('/api/tracks');
  const ready = performance.now() - began;
  const labels = list.reduce((sum, { count }) => sum + count.pending, 0);
  console.log(`${list.length} tracks, ${labels} pending labels`);
  console.log(`listens after ${listens.toFixed(0)} ms, list there after ${ready.toFixed(0)} ms`);
  const { user, system } = process.cpuUsage(usedBefore);
  console.log(`of it ${((user + system) / 1000).toFixed(0)} ms of processor`);
  const again = performance.now();
  await person.get('/api/tracks');
  console.log(`the list once more: ${(performance.now() - again).toFixed(0)} ms`);
  const usedByDecisions = process.cpuUsage();
  const times: number[] = [];
  for (let i = 0; i < decisions; i++) {
    const { clip, track, version } = list[i % list.length]!;
    const from = (i * 3) % frames;
    const sent = performance.now();
    await person.ok('POST', '/api/decisions', {
      decision: i % 2 ? 'accepted' : 'rejected',
      runs: [{ clip, track, from, to: Math.min(frames - 1, from + 5), version }],
    });
    times.push(performance.now() - sent);
  }
  const at = (share: number) => quantile(times, share).toFixed(1);
  console.log(`a decision is answered: median ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${at(1)} ms`);
  const used = process.cpuUsage(usedByDecisions);
  console.log(
    `${((used.user + used.system) / 1000 / decisions).toFixed(1)} ms of processor each, asking included`,
  );
  for (const path of ['/api/progress', '/api/audit', '/api/events']) {
    const asked = performance.now();
    await person.get(path);
    console.log(`${path}: ${(performance.now() - asked).toFixed(0)} ms`);
  }
  console.log(`memory ${(process.memoryUsage().rss / 2 ** 20).toFixed(0)} MB`);
} finally {
  for (const end of ending) await end();
  await bed.close();
}
