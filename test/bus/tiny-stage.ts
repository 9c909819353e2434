/**
 * A stage as a process that can be killed: `node tiny-stage.ts CLIP [crash]`, with NATS_URL. It answers each look with
 * progress; with `crash` it kills itself when the answer is stored and the look is not yet acknowledged.
 */
import { runStage } from '../../pipeline/runtime/stage/run.ts';
import { capturedLog } from './testbed.ts';
import { answering } from './tiny.ts';

const [, , clip = '', how] = process.argv;
const crash = {
  async commit() {
    if (how === 'crash') process.kill(process.pid, 'SIGKILL');
  },
};

await runStage({
  stage: answering(clip, { attempts: 2, ackWaitS: 1 }, async function* (_, answer) {
    yield answer();
    yield crash;
  }),
  options: {},
  bus: { url: process.env.NATS_URL ?? '' },
  log: capturedLog().log,
  statsS: 60,
  signal: new AbortController().signal,
});
