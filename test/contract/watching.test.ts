/** Alert rules and dashboard name metrics that the endpoint really gives. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parse } from 'yaml';
import { PipelineMetrics } from '../../pipeline/app/jobs/pipeline-metrics.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { StageMetrics } from '../../pipeline/runtime/metrics/stage-metrics.ts';
import { workSource } from '../../pipeline/runtime/stage/work-source.ts';
import { ClipArrived } from '../../schemas/clip-arrived.ts';
import { messages } from '../../schemas/index.ts';
import { type Testbed, testbed } from '../bus/testbed.ts';
import { until } from '../processes/until.ts';

const deploy = resolve(import.meta.dirname, '../../deploy');
const rulesFile = join(deploy, 'prometheus/alerts.yml');
const run = promisify(execFile);

interface Rules {
  readonly groups: readonly { readonly rules: readonly Rule[] }[];
}
interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
}
interface Dashboard {
  readonly panels: readonly {
    readonly title: string;
    readonly targets: readonly { readonly expr: string }[];
  }[];
}

const { groups }: Rules = parse(await readFile(rulesFile, 'utf8'));
const rules = groups.flatMap((group) => group.rules);
const dashboard: Dashboard = JSON.parse(await readFile(join(deploy, 'grafana/shika.json'), 'utf8'));
const expressions = new Map([
  ...rules.map(({ alert, expr }) => [alert, expr] as const),
  ...dashboard.panels.flatMap(({ title, targets }) => targets.map(({ expr }) => [title, expr] as const)),
]);

/** `name{label="value"}` → each name with the labels that are asked of it. */
function selectors(expression: string): { name: string; labels: Map<string, string> }[] {
  const found = expression.matchAll(/\b((?:shika|process|nodejs)_\w+)\b(?:\{([^}]*)\})?/g);
  return [...found].map(([, name = '', inside = '']) => ({
    name,
    labels: new Map(
      [...inside.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [label, value]),
    ),
  }));
}

describe('what is watched', () => {
  let bed: Testbed;
  /** Name to the label values of its series. */
  const given = new Map<string, Map<string, Set<string>>>();
  let text: string;
  const stop = new AbortController();

  /** One endpoint with all that a stage and the pipeline count, after one clip. */
  before(async () => {
    bed = await testbed();
    const bus = await bed.open();
    const clip = ClipArrived.examples.valid;
    await bus.publish(outgoing(ClipArrived, { camera: clip.camera, clip: clip.clip }, clip));
    const queue = bus.work(workSource('decoder', { type: ClipArrived, ackWaitS: 30, attempts: 1 }));
    await queue.take(1, stop.signal);
    await queue.close();
    const pipeline = new PipelineMetrics({
      bus,
      cameras: [],
      isPickedUp: () => false,
      folder: '.',
      storeMax: 2 ** 30,
      starts: () => new Map([['decoder', 1]]),
      signal: stop.signal,
    });
    const stage = new StageMetrics('decoder');
    stage.handled(['gate'], 10);
    for (const { type } of messages) stage.published(type, 'gate');
    stage.died('gate');
    stage.failed('gate');
    stage.waiting('decoder_clip_arrived', 1);
    const read = async () => {
      text = await pipeline.text(async () => new Map([['decoder', await stage.registry.getMetricsAsJSON()]]));
      return text;
    };
    await until(async () => /shika_clips_total\{.*event="arrived"/.test(await read()), 'the clip is counted');
    for (const [, name = '', labels = ''] of text.matchAll(/^(\w+)(?:\{(.*)\})? \S+$/gm)) {
      const values = given.get(name) ?? new Map<string, Set<string>>();
      given.set(name, values);
      for (const [, label = '', value = ''] of labels.matchAll(/(\w+)="([^"]*)"/g))
        values.set(label, (values.get(label) ?? new Set()).add(value));
    }
  });
  after(async () => {
    stop.abort();
    await bed.close();
  });

  test('alerts: a camera, a model, a backlog, what was given up, room, processes; each says what to do', () => {
    const names = rules.map(({ alert }) => alert).sort();
    assert.deepEqual(names, [
      'ShikaBusUnreachable',
      'ShikaCameraSilent',
      'ShikaClipsFail',
      'ShikaDeadLetters',
      'ShikaDiskFilling',
      'ShikaLagGrowing',
      'ShikaNoActiveModel',
      'ShikaNotAnswering',
      'ShikaStageRestarting',
      'ShikaStoreFilling',
    ]);
    for (const { alert, labels, annotations } of rules) {
      assert.match(labels.severity ?? '', /^(warning|critical)$/, alert);
      assert.ok(annotations.summary && annotations.what, alert);
    }
  });

  test('alerts and dashboard name no metric, and no label of one, that the endpoint does not give', () => {
    // Prometheus adds these to each series; an event that has not happened yet has none.
    const added = new Set(['job', 'instance']);
    const notYet = new Set(['failed']);
    for (const [where, expression] of expressions) {
      const asked = selectors(expression);
      assert.ok(asked.length > 0 || /^up\{/.test(expression), `${where}: ${expression}`);
      for (const { name, labels } of asked) {
        const series = given.get(name);
        assert.ok(series, `${where}: no ${name}`);
        for (const [label, value] of labels)
          if (!added.has(label) && value !== '' && !notYet.has(value))
            assert.ok(series.get(label)?.has(value), `${where}: no ${name}{${label}="${value}"}`);
        for (const [, list = ''] of expression.matchAll(/\bby \(([^)]*)\)/g))
          for (const label of list.split(/, */))
            assert.ok(series.has(label) || added.has(label), `${where}: ${name} has no label ${label}`);
      }
    }
  });

  test('a counter says so by its name, and the server is there', () => {
    for (const [, name = '', kind] of text.matchAll(/^# TYPE (shika_\w+) (\w+)$/gm))
      assert.equal(name.endsWith('_total'), kind === 'counter', name);
    assert.match(text, /^shika_bus_reachable\{process="up"\} 1$/m);
    assert.match(text, /^shika_active_model\{kind="detector",process="up"\} 0$/m);
  });

  const promtool = async (...args: string[]) => run('promtool', args, { cwd: join(deploy, 'prometheus') });
  const installed = run('promtool', ['--version']).then(
    () => true,
    () => false,
  );

  test('promtool takes rules and configuration, and each alert goes off when it should', async (t) => {
    if (!(await installed)) return t.skip('no promtool here (Debian: prometheus)');
    await promtool('check', 'config', 'prometheus.yml');
    await promtool('test', 'rules', 'alerts.test.yml');
  });

  test('promtool takes what the endpoint gives', async (t) => {
    if (!(await installed)) return t.skip('no promtool here (Debian: prometheus)');
    const child = execFile('promtool', ['check', 'metrics']);
    let said = '';
    child.stderr?.on('data', (chunk: string) => {
      said += chunk;
    });
    child.stdin?.end(text);
    await once(child, 'close');
    // Node's own metrics go by other rules.
    const ours = said.split('\n').filter((line) => line.includes('shika_') || /error/i.test(line));
    assert.deepEqual(ours, []);
  });
});
