import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { cameraOf } from '../../../../../pipeline/runtime/metrics/camera.ts';
import { serveMetrics } from '../../../../../pipeline/runtime/metrics/serve.ts';
import { StageMetrics } from '../../../../../pipeline/runtime/metrics/stage-metrics.ts';
import { ClipArrived } from '../../../../../schemas/clip-arrived.ts';
import { Frame } from '../../../../../schemas/frame.ts';
import { Look } from '../../../../../schemas/look.ts';
import { TrainJob } from '../../../../../schemas/train-job.ts';
import { capturedLog } from '../../../../bus/testbed.ts';
import { freePort } from '../../../../processes/nats-process.ts';

const { log } = capturedLog();

describe('the endpoint', () => {
  test('answers /metrics in Prometheus’ format and nothing else, until it is closed', async (t) => {
    const port = await freePort();
    const metrics = new StageMetrics('decoder');
    metrics.published('shika.frame.v1', 'gate');
    const server = await serveMetrics({ port, host: '127.0.0.1' }, () => metrics.registry.metrics(), log);
    t.after(() => server.close());
    assert.equal(server.url, `http://127.0.0.1:${port}/metrics`);
    const answer = await fetch(`${server.url}`);
    assert.match(answer.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4/);
    assert.match(
      await answer.text(),
      /^shika_outputs_total\{camera="gate",type="shika\.frame\.v1",stage="decoder"\} 1$/m,
    );
    assert.equal((await fetch(`http://127.0.0.1:${port}/`)).status, 404);
    assert.equal((await fetch(`${server.url}`, { method: 'POST' })).status, 405);
    await server.close();
    await assert.rejects(fetch(`${server.url}`));
  });

  test('is off where the port is 0', async () => {
    const server = await serveMetrics({ port: 0, host: '127.0.0.1' }, async () => '', log);
    assert.equal(server.url, null);
    await server.close();
  });

  test('a port that is taken ends the process, with the keys’ names', async (t) => {
    const port = await freePort();
    const first = await serveMetrics({ port, host: '127.0.0.1' }, async () => '', log);
    t.after(() => first.close());
    await assert.rejects(
      serveMetrics({ port, host: '127.0.0.1' }, async () => '', log),
      /metrics\.host and metrics\.port; found 127\.0\.0\.1, \d+: .*EADDRINUSE/,
    );
  });

  test('what can’t be read is a 503, and logged', async (t) => {
    const { log: captured, lines } = capturedLog();
    const failing = () => Promise.reject(new Error('no answer'));
    const server = await serveMetrics({ port: await freePort(), host: '127.0.0.1' }, failing, captured);
    t.after(() => server.close());
    assert.equal((await fetch(`${server.url}`)).status, 503);
    assert.ok(lines.some(({ why }) => why === 'no answer'));
  });
});

describe('the camera of a message', () => {
  test('is in its body, in its subject, or in the subject of the frame that it names', () => {
    assert.equal(cameraOf(ClipArrived, 'clip.arrived.gate.a', { camera: 'gate' }), 'gate');
    assert.equal(cameraOf(Frame, 'frame.hill.a.7', {}), 'hill');
    assert.equal(cameraOf(Look, 'look.a.7', { frame: 'frame.hill.a.7' }), 'hill');
  });

  test('is none of a job', () => {
    assert.equal(cameraOf(TrainJob, 'job.train.main', {}), '');
  });
});
