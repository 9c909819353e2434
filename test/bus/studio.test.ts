import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { after, describe, test } from 'node:test';
import { LabelAudited } from '../../schemas/label-audited.ts';
import { LabelReviewed } from '../../schemas/label-reviewed.ts';
import type {
  ApiError,
  AuditTask,
  ClipView,
  Decided,
  DrawnFrame,
  LiveEvent,
  Progress,
  Session,
  StayView,
  TrackSummary,
} from '../../stages/filter/studio/api.ts';
import {
  listening,
  Person,
  publishFound,
  publishLabelled,
  publishPicture,
  startStudio,
  TOKEN,
} from './studio-bed.ts';
import { clipId, testbed } from './testbed.ts';

const bed = await testbed();
const bus = await bed.open();
after(() => bed.close());

const start = (context: Parameters<typeof startStudio>[0], options = {}) =>
  startStudio(context, bed.server.url, options);

describe('studio, who is let in', { timeout: 300_000 }, () => {
  test('nobody without the token; the printed address becomes a cookie that no script reads', async (t) => {
    const { url } = await start(t);
    for (const path of ['/', '/api/session', '/api/live', '/assets/x.js']) {
      assert.equal((await fetch(`${url}${path}`)).status, 401, path);
      assert.equal((await fetch(`${url}${path}?token=${TOKEN}x`)).status, 401, `${path} with another token`);
    }
    const entered = await fetch(`${url}/?token=${encodeURIComponent(TOKEN)}`, { redirect: 'manual' });
    assert.equal(entered.status, 302);
    assert.doesNotMatch(entered.headers.get('location') ?? '', /token/);
    const [cookie] = entered.headers.getSetCookie();
    assert.match(cookie ?? '', /HttpOnly/);
    assert.match(cookie ?? '', /SameSite=Strict/);
    assert.doesNotMatch(cookie ?? '', /Secure/);
  });

  test('behind TLS the cookie is for TLS only', async (t) => {
    const { url } = await start(t);
    const entered = await fetch(`${url}/?token=${encodeURIComponent(TOKEN)}`, {
      redirect: 'manual',
      headers: { 'x-forwarded-proto': 'https' },
    });
    assert.match(entered.headers.getSetCookie()[0] ?? '', /Secure/);
  });

  test('no script but its own runs, and nothing guesses what a file is', async (t) => {
    const studio = await start(t);
    const person = await Person.enter(studio, 'mika');
    const { headers } = await person.request('GET', '/api/session');
    const policy = headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'self'/);
    assert.doesNotMatch(policy, /unsafe/);
    assert.equal(headers.get('x-content-type-options'), 'nosniff');
    assert.equal(headers.get('cache-control'), 'no-store');
  });

  test('another site writes nothing, even with the cookie', async (t) => {
    const studio = await start(t);
    const person = await Person.enter(studio, 'mika');
    const from = (origin: string) => person.request('PUT', '/api/session', { user: 'other' }, { origin });
    assert.equal((await from('https://evil.example')).status, 403);
    assert.equal((await from('null')).status, 403);
    assert.equal((await from(studio.url)).status, 200);
    const form = await person.request('PUT', '/api/session', '{"user":"x"}', {
      'content-type': 'text/plain',
    });
    assert.equal(form.status, 400, 'a form can send this without being asked');
  });

  test('no path leads out of its folder', async (t) => {
    const studio = await start(t);
    for (const path of [
      '/../package.json',
      '/..%2f..%2fpackage.json',
      '/%2e%2e/stage.ts',
      '/assets/..%5c..%5cx',
    ]) {
      const answer = await raw(studio.url, path);
      assert.match(answer, /^HTTP\/1\.1 (400|404)/, path);
      assert.doesNotMatch(answer, /"name"|import/, path);
    }
  });

  test('what is too large or not as the API says is refused with what was expected', async (t) => {
    const studio = await start(t);
    const person = await Person.enter(studio, 'mika');
    const huge = await person.request('POST', '/api/decisions', `{"a":"${'x'.repeat(3 * 2 ** 20)}"}`);
    assert.equal(huge.status, 413);
    const wrong = [
      ['POST', '/api/decisions', {}],
      ['POST', '/api/decisions', { decision: 'maybe', runs: [] }],
      ['POST', '/api/decisions', 'no json'],
      ['PUT', `/api/drawn/${clipId(1)}/0`, { boxes: [{ box: [0, 0, -1, 2], label: 'deer' }], version: 0 }],
      ['PUT', '/api/drawn/..%2f..%2fx/0', { boxes: [], version: 0 }],
      ['GET', `/api/clips/${clipId(1)}/frames/-1`, undefined],
      ['GET', `/api/clips/${clipId(1)}/frames/1e9`, undefined],
      ['GET', '/api/clips/*/frames/0', undefined],
      ['GET', `/api/clips/${clipId(77)}/frames/0`, undefined],
    ] as const;
    for (const [method, path, body] of wrong) {
      const answer = await person.request(method, path, body);
      assert.equal(answer.status, 400, `${method} ${path}`);
      const { error } = (await answer.json()) as ApiError;
      assert.ok(error.length > 0 && error.length < 500, error);
    }
  });
});

describe('studio, labels', { timeout: 300_000 }, () => {
  test('the list has what is worth a second first; a decision is answered with what stands then', async (t) => {
    const clip = clipId(10);
    await publishLabelled(bus, { clip, tracks: 3, frames: 20 });
    const person = await Person.enter(await start(t), `mika-${clip}`);
    const list = (await person.get<TrackSummary[]>('/api/tracks')).filter((track) => track.clip === clip);
    assert.deepEqual(
      list.map(({ count }) => count.pending),
      [20, 20, 20],
    );
    assert.deepEqual(
      list.map(({ worth }) => worth),
      list.map(({ worth }) => worth).sort((a, b) => b - a),
    );
    const { tracks } = await person.decide('rejected', { clip, track: 2, from: 5, to: 9 });
    assert.deepEqual(
      tracks.map(({ track, range, labels }) => [
        track,
        range,
        labels.map(({ review, by }) => `${review} ${by}`),
      ]),
      [[2, [5, 9], Array(5).fill(`rejected mika-${clip}`)]],
    );
    const view = (await person.get<ClipView[]>('/api/clips')).find((one) => one.clip === clip);
    assert.deepEqual(view?.labels, { pending: 55, accepted: 0, rejected: 5, corrected: 0 });
  });

  test('undo and redo go through what a person drew and decided, and leave alone what others did', async (t) => {
    const clip = clipId(11);
    await publishLabelled(bus, { clip, tracks: 1, frames: 10 });
    await publishPicture(bus, clip, 3);
    await publishFound(bus, { clip, source: '/nowhere.mp4', frames: 10 });
    const studio = await start(t);
    const [mika, jun] = [
      await Person.enter(studio, `mika-${clip}`),
      await Person.enter(studio, `jun-${clip}`),
    ];
    const reviews = async () => (await mika.track(clip, 1)).labels.map(({ review }) => review[0]).join('');
    const drawnOn = async () =>
      (await mika.get<DrawnFrame[]>('/api/drawn')).filter((frame) => frame.clip === clip).length;
    await mika.decide('accepted', { clip, track: 1, from: 0, to: 3 });
    await jun.decide('rejected', { clip, track: 1, from: 6, to: 7 });
    const drawing = { boxes: [{ box: [1, 2, 30, 40], label: 'deer' }], version: 0 };
    await mika.ok('PUT', `/api/drawn/${clip}/3`, drawing);
    assert.deepEqual([await reviews(), await drawnOn()], ['aaaapprrpp', 1]);
    await mika.ok('POST', '/api/undo');
    assert.equal(await drawnOn(), 0);
    await mika.ok('POST', '/api/undo');
    assert.equal(await reviews(), 'pppppprrpp');
    assert.equal((await mika.request('POST', '/api/undo')).status, 404);
    await mika.ok('POST', '/api/redo');
    await mika.ok('POST', '/api/redo');
    assert.deepEqual([await reviews(), await drawnOn()], ['aaaapprrpp', 1]);
    assert.equal((await mika.request('POST', '/api/redo')).status, 404);
  });

  test('a decision on what somebody decided meanwhile is a conflict, shown and not lost', async (t) => {
    const clip = clipId(12);
    await publishLabelled(bus, { clip, tracks: 1, frames: 10 });
    const studio = await start(t);
    const [mika, jun] = [
      await Person.enter(studio, `mika-${clip}`),
      await Person.enter(studio, `jun-${clip}`),
    ];
    const { version } = await jun.track(clip, 1);
    await mika.decide('accepted', { clip, track: 1, from: 2, to: 4 });
    const late = { decision: 'rejected', runs: [{ clip, track: 1, from: 4, to: 6, version }] };
    const refused = await jun.request('POST', '/api/decisions', late);
    assert.equal(refused.status, 409);
    const { tracks } = (await refused.json()) as Decided;
    assert.equal(tracks[0]?.labels[4]?.by, `mika-${clip}`);
    const elsewhere = { ...late, runs: [{ ...late.runs[0], from: 7, to: 8 }] };
    assert.equal(
      (await jun.request('POST', '/api/decisions', elsewhere)).status,
      200,
      'other frames are free',
    );
    const seen = { ...late, runs: [{ ...late.runs[0], version: tracks[0]?.version }] };
    assert.equal((await jun.request('POST', '/api/decisions', seen)).status, 200, 'who has seen it decides');
  });

  test('what is sent again, because its answer was lost, is done once, also by a server that was restarted', async (t) => {
    const clip = clipId(13);
    await publishLabelled(bus, { clip, tracks: 1, frames: 10 });
    const first = await start(t);
    const mika = await Person.enter(first, `mika-${clip}`);
    const { version } = await mika.track(clip, 1);
    const runs = [{ clip, track: 1, from: 0, to: 1, version }];
    const request = { id: 'request-13-a', decision: 'accepted', runs };
    const [once, twice] = await Promise.all([
      mika.ok<Decided>('POST', '/api/decisions', request),
      mika.ok<Decided>('POST', '/api/decisions', request),
    ]);
    assert.deepEqual(twice, once);
    await mika.ok('POST', '/api/decisions', { ...request, id: 'request-13-b', decision: 'rejected' });
    await mika.ok('POST', '/api/undo', { id: 'request-13-c' });
    await first.stop();
    const again = await Person.enter(await start(t), `mika-${clip}`);
    await again.ok('POST', '/api/undo', { id: 'request-13-c' });
    assert.equal((await again.track(clip, 1)).labels[0]?.review, 'accepted', 'one undo, not two');
    await again.ok('POST', '/api/decisions', request);
    await again.ok('POST', '/api/undo');
    assert.equal((await again.track(clip, 1)).labels[0]?.review, 'pending', 'one action, not two');
  });

  test('split, join and class say what an animal is; each is one undo', async (t) => {
    const clip = clipId(14);
    await publishLabelled(bus, { clip, tracks: 2, frames: 10 });
    const mika = await Person.enter(await start(t), `mika-${clip}`);
    const rows = async () =>
      (await mika.get<TrackSummary[]>('/api/tracks'))
        .filter((track) => track.clip === clip)
        .map(({ track, first, last, label }) => `${track} ${first}-${last} ${label}`)
        .sort();
    const run = { clip, track: 1, from: 6, to: 9, version: 0 };
    const split = await mika.ok<Decided>('POST', '/api/edits', { kind: 'split', run });
    assert.deepEqual(
      split.tracks.map(({ track, labels }) => [track, labels.length]),
      [
        [1, 0],
        [3, 4],
      ],
    );
    assert.deepEqual(await rows(), ['1 0-5 deer', '2 0-9 deer', '3 6-9 deer']);
    const [third] = (await mika.get<TrackSummary[]>('/api/tracks')).filter(
      (row) => row.clip === clip && row.track === 3,
    );
    const whole = { clip, track: 3, from: 6, to: 9, version: third?.version ?? 0 };
    await mika.ok('POST', '/api/edits', { kind: 'class', run: whole, label: 'fox' });
    assert.deepEqual(await rows(), ['1 0-5 deer', '2 0-9 deer', '3 6-9 fox']);
    const all = { clip, track: 2, from: 0, to: 9, version: 0 };
    const joined = await mika.ok<Decided>('POST', '/api/edits', { kind: 'join', run: all, with: 1 });
    assert.deepEqual(
      await rows(),
      ['2 0-9 deer', '3 6-9 fox'],
      'where both had a box, that of the run stays',
    );
    assert.ok(
      joined.tracks.some(({ track, labels }) => track === 1 && labels.length === 0),
      'it says who is gone',
    );
    for (let i = 0; i < 3; i++) await mika.ok('POST', '/api/undo');
    assert.deepEqual(await rows(), ['1 0-9 deer', '2 0-9 deer']);
  });
});

describe('studio, live', { timeout: 300_000 }, () => {
  test('two people see each other, and a page that was away is told what it missed', async (t) => {
    const clip = clipId(20);
    await publishLabelled(bus, { clip, tracks: 2, frames: 10 });
    const studio = await start(t);
    const [mika, jun] = [
      await Person.enter(studio, `mika-${clip}`),
      await Person.enter(studio, `jun-${clip}`),
    ];
    const page = await listening(t, jun);
    await mika.decide('accepted', { clip, track: 2, from: 0, to: 4 });
    const isDecision = (event: LiveEvent) => event.kind === 'labels' && event.clip === clip;
    const told = await page.next(isDecision);
    assert.ok(told.kind === 'labels' && told.by === `mika-${clip}`);
    assert.deepEqual(
      told.tracks.map(({ track, labels }) => [track, labels.length]),
      [[2, 5]],
    );
    const rows = page.seen.find((event) => event.kind === 'tracks' && event.clip === clip);
    assert.deepEqual(rows?.kind === 'tracks' && [rows.of, rows.tracks.map(({ track }) => track)], [[2], [2]]);
    await page.leave();
    await mika.decide('rejected', { clip, track: 1, from: 7, to: 8 });
    const back = await listening(t, jun, told.at);
    const missed = await back.next((event) => isDecision(event) && event.at > told.at);
    assert.deepEqual(missed.kind === 'labels' && missed.tracks.map(({ track }) => track), [1]);
    assert.equal(back.resets, 0);
  });

  test('how far the job is follows every decision, and what each took is kept in the log', async (t) => {
    const clip = clipId(23);
    await publishLabelled(bus, { clip, tracks: 1, frames: 10 });
    const mika = await Person.enter(await start(t), `mika-${clip}`);
    const page = await listening(t, mika);
    const before = await mika.get<Progress>('/api/progress');
    const runs = [{ clip, track: 1, from: 0, to: 3, version: 0 }];
    await mika.ok('POST', '/api/decisions', { decision: 'accepted', runs, tookMs: 1_234, key: 'A' });
    const isCounted = (event: LiveEvent) =>
      event.kind === 'progress' && event.progress.labels.accepted === before.labels.accepted + 4;
    const told = await page.next(isCounted);
    assert.ok(told.kind === 'progress');
    assert.equal(told.progress.labels.pending, before.labels.pending - 4);
    assert.ok((told.progress.labelsPerMinute ?? 0) > 0);
    assert.deepEqual(await mika.get('/api/progress'), told.progress);
    for await (const { body } of bus.stored(LabelReviewed, { clip }))
      assert.deepEqual([body.tookMs, body.key], [1_234, 'A']);
  });

  test('events follow the labels: another class is another stay, a rejected label is none', async (t) => {
    const [clip, next] = [clipId(25), clipId(26)];
    const labelled = { tracks: 2, frames: 50 };
    await publishLabelled(bus, { clip, ...labelled, recordedAt: '2026-05-12T06:30:00+09:00' });
    await publishLabelled(bus, { clip: next, ...labelled, recordedAt: '2026-05-12T06:30:45+09:00' });
    const mika = await Person.enter(await start(t), `mika-${clip}`);
    const stays = () => mika.get<StayView[]>('/api/events');
    const first = Date.parse('2026-05-11T21:30:00Z');
    const deer = { camera: 'gate', species: 'deer', first, clip, index: 0, count: 2 };
    assert.deepEqual(await stays(), [{ ...deer, last: first + 45_000 + 49 * 40 }]);
    const { version } = await mika.track(clip, 2);
    const run = { clip, track: 2, from: 0, to: 49, version };
    await mika.ok('POST', '/api/edits', { kind: 'class', run, label: 'fox' });
    await mika.decide('rejected', { clip: next, track: 1, from: 0, to: 49 });
    await mika.decide('rejected', { clip: next, track: 2, from: 10, to: 49 });
    await mika.decide('rejected', { clip, track: 1, from: 0, to: 4 });
    assert.deepEqual(await stays(), [
      { ...deer, species: 'fox', last: first + 49 * 40, count: 1 },
      { ...deer, first: first + 5 * 40, last: first + 45_000 + 9 * 40, index: 5, count: 1 },
    ]);
  });

  test('an audit asks about labels that nobody chose; its answers are kept, and the labels stay as they are', async (t) => {
    const clip = clipId(24);
    await publishLabelled(bus, { clip, tracks: 1, frames: 60 });
    const first = await start(t);
    const mika = await Person.enter(first, `mika-${clip}`);
    await mika.decide('accepted', { clip, track: 1, from: 0, to: 59 });
    const labels = await mika.get(`/api/clips/${clip}/labels`);
    const own = (tasks: AuditTask[]) => tasks.filter((task) => task.clip === clip);
    const asked: AuditTask[] = [];
    for (let tasks = own(await mika.get('/api/audit')); tasks.length > 0; ) {
      for (const { task } of tasks) {
        const answer = {
          id: `answer-${task}`.replaceAll('.', '-'),
          task,
          right: false,
          tookMs: 800,
          key: 'N',
        };
        await Promise.all([mika.ok('POST', '/api/audit', answer), mika.ok('POST', '/api/audit', answer)]);
        await mika.ok('POST', '/api/audit', answer);
      }
      asked.push(...tasks);
      tasks = own(await mika.get('/api/audit'));
    }
    assert.equal(new Set(asked.map(({ index }) => index)).size, asked.length);
    assert.equal(asked.length, 60);
    const stored: LabelAudited[] = [];
    for await (const { body } of bus.stored(LabelAudited, { clip })) stored.push(body);
    assert.equal(stored.length, 60, 'what was sent again is there once');
    assert.ok(stored.every(({ by, tookMs, key }) => by === `mika-${clip}` && tookMs === 800 && key === 'N'));
    const { planted, wrongLabels } = await mika.get<Progress>('/api/progress');
    assert.equal(planted.shown, stored.filter((answer) => answer.planted).length);
    assert.ok(planted.noticed > 0 && (wrongLabels?.high ?? 0) <= 1 && (wrongLabels?.asked ?? 0) >= 40);
    assert.deepEqual(await mika.get(`/api/clips/${clip}/labels`), labels);
    const refused = await mika.request('POST', '/api/audit', { task: `${clip}.0.frame`, right: true });
    assert.equal(refused.status, 400);
    await first.stop();
    const again = await Person.enter(await start(t), `mika-${clip}`);
    assert.deepEqual((await again.get<Progress>('/api/progress')).wrongLabels, wrongLabels);
    assert.deepEqual(own(await again.get('/api/audit')), []);
  });

  test('a stage that is killed in the middle comes back with the same state, and tells pages to ask anew', async (t) => {
    const clip = clipId(21);
    await publishLabelled(bus, { clip, tracks: 2, frames: 30, file: '<img src=x onerror=alert(1)>.mp4' });
    const first = await start(t);
    const mika = await Person.enter(first, '<b>みか</b>');
    const page = await listening(t, mika);
    await mika.decide('accepted', { clip, track: 1, from: 0, to: 29 });
    await mika.decide('rejected', { clip, track: 2, from: 3, to: 11 });
    await mika.ok('POST', '/api/undo');
    await mika.decide('rejected', { clip, track: 2, from: 20, to: 29 });
    const last = await page.next((event) => event.kind === 'labels' && event.clip === clip);
    const state = async (person: Person) => ({
      clips: await person.get('/api/clips'),
      tracks: await person.get('/api/tracks'),
      labels: await person.get(`/api/clips/${clip}/labels`),
      drawn: await person.get('/api/drawn'),
      session: await person.get<Session>('/api/session'),
      progress: await person.get<Progress>('/api/progress'),
    });
    const before = await state(mika);
    await first.stop();
    const second = await start(t, { studioPort: Number(new URL(first.url).port) });
    assert.equal(second.url, first.url);
    const now = await state(mika);
    for (const part of ['session', 'clips', 'drawn', 'labels', 'tracks', 'progress'] as const)
      assert.deepEqual(now[part], before[part], part);
    assert.equal(before.session.user, '<b>みか</b>');
    const back = await listening(t, mika, last.at);
    assert.equal(back.resets, 1);
  });

  test('the bus killed in the middle of a decision: pages are told, and it is there once when the bus is back', async (t) => {
    const clip = clipId(22);
    await publishLabelled(bus, { clip, tracks: 1, frames: 10 });
    const mika = await Person.enter(await start(t), `mika-${clip}`);
    await mika.get('/api/tracks');
    const page = await listening(t, mika);
    await page.next((event) => event.kind === 'bus' && event.up);
    await bed.kill();
    const gone = await page.next((event) => event.kind === 'bus' && !event.up);
    const late = await listening(t, mika);
    await late.next((event) => event.kind === 'bus' && !event.up);
    const deciding = mika.decide('accepted', { clip, track: 1, from: 0, to: 9 });
    await bed.server.restart();
    const { tracks } = await deciding;
    await page.next((event) => event.kind === 'bus' && event.up && event.at > gone.at);
    assert.equal(tracks[0]?.labels.filter(({ review }) => review === 'accepted').length, 10);
    await mika.ok('POST', '/api/undo');
    assert.equal((await mika.track(clip, 1)).labels[0]?.review, 'pending');
  });
});

/** Past fetch, which would tidy the path. */
function raw(url: string, path: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(
        `GET ${path} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${TOKEN}\r\nConnection: close\r\n\r\n`,
      );
    });
    let text = '';
    socket.on('data', (data) => {
      text += data;
    });
    socket.on('end', () => resolve(text));
    socket.on('error', reject);
  });
}
