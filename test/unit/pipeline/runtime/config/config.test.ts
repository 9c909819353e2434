import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import Type from 'typebox';
import { CONFIG_README, withKeys } from '../../../../../pipeline/app/config-readme.ts';
import { busBounds, busOptions, readSettings, sections } from '../../../../../pipeline/app/settings.ts';
import { allowed, keySchema } from '../../../../../pipeline/runtime/config/allowed.ts';
import { loadConfig, variableOf } from '../../../../../pipeline/runtime/config/config.ts';
import { FatalError } from '../../../../../pipeline/runtime/errors.ts';

const folder = mkdtempSync(join(tmpdir(), 'shika-config-'));
after(() => rmSync(folder, { recursive: true }));

const Sample = {
  bus: Type.Object(
    { url: Type.String({ default: 'nats://here' }), password: Type.String({ default: '' }) },
    { additionalProperties: false },
  ),
  tracker: Type.Object(
    {
      lookahead: Type.Integer({ default: 8, minimum: 1, maximum: 256 }),
      minScore: Type.Number({ default: 0.25, minimum: 0, maximum: 1 }),
      framesMaxMiB: Type.Integer({ default: 1, minimum: 1, maximum: 9 }),
      policy: Type.Union([Type.Literal('wait'), Type.Literal('skip')], { default: 'wait' }),
      live: Type.Boolean({ default: false }),
    },
    { additionalProperties: false },
  ),
};

let files = 0;
function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(folder, `${files++}.yaml`);
  writeFileSync(file, yaml);
  return loadConfig(Sample, { file, env });
}

function refusal(yaml: string, env: Record<string, string> = {}): string {
  try {
    load(yaml, env);
  } catch (error) {
    assert.ok(error instanceof FatalError, String(error));
    return error.message;
  }
  return assert.fail(`${yaml} ${JSON.stringify(env)} was let pass`);
}

describe('configuration', () => {
  test('nothing said: defaults', () => {
    for (const yaml of ['', '# nothing', 'tracker:', 'tracker: {}']) {
      assert.deepEqual(load(yaml), {
        bus: { url: 'nats://here', password: '' },
        tracker: { lookahead: 8, minScore: 0.25, framesMaxMiB: 1, policy: 'wait', live: false },
      });
    }
  });

  test('the file says something, the environment says otherwise and wins', () => {
    const yaml = 'tracker: { lookahead: 4, minScore: 0.5 }';
    const env = {
      SHIKA_TRACKER_LOOKAHEAD: '2',
      SHIKA_TRACKER_FRAMES_MAX_MIB: '3',
      SHIKA_TRACKER_LIVE: 'true',
    };
    const { tracker } = load(yaml, env);
    assert.deepEqual(tracker, { lookahead: 2, minScore: 0.5, framesMaxMiB: 3, policy: 'wait', live: true });
  });

  test('NATS_URL wins over everything', () => {
    const env = { NATS_URL: 'nats://there', SHIKA_BUS_URL: 'nats://elsewhere' };
    assert.equal(load('bus: { url: nats://file }', env).bus.url, 'nats://there');
  });

  const wrong: readonly [what: string, yaml: string, env: Record<string, string>, message: string][] = [
    [
      'below its bounds',
      'tracker: { lookahead: 0 }',
      {},
      'configuration key tracker.lookahead must be >= 1; found 0; expected integer, 1 to 256',
    ],
    [
      'above its bounds',
      'tracker: { minScore: 1.5 }',
      {},
      'configuration key tracker.minScore must be <= 1; found 1.5; expected number, 0 to 1',
    ],
    [
      'a fraction where none is allowed',
      'tracker: { lookahead: 1.9 }',
      {},
      'configuration key tracker.lookahead must be integer; found 1.9; expected integer, 1 to 256',
    ],
    [
      'the same in the environment',
      '',
      { SHIKA_TRACKER_LOOKAHEAD: '1.9' },
      'configuration key tracker.lookahead must be integer; found 1.9; expected integer, 1 to 256',
    ],
    [
      'an empty variable',
      '',
      { SHIKA_TRACKER_LOOKAHEAD: '' },
      'configuration key tracker.lookahead must be integer; found ""; expected integer, 1 to 256',
    ],
    [
      'text for a number',
      '',
      { SHIKA_TRACKER_LOOKAHEAD: '8 frames' },
      'configuration key tracker.lookahead must be integer; found "8 frames"; expected integer, 1 to 256',
    ],
    [
      'true for a number',
      'tracker: { lookahead: true }',
      {},
      'configuration key tracker.lookahead must be integer; found true; expected integer, 1 to 256',
    ],
    [
      'not a choice',
      'tracker: { policy: drop }',
      {},
      'configuration key tracker.policy must be one of "wait", "skip"; found "drop"; expected wait | skip',
    ],
    [
      'an unknown key',
      'tracker: { lookahaed: 4 }',
      {},
      'unknown configuration key tracker.lookahaed; expected one of lookahead, minScore, framesMaxMiB, policy, live',
    ],
    [
      'an unknown section',
      'trackr: { lookahead: 4 }',
      {},
      'unknown configuration key trackr; expected one of bus, tracker',
    ],
    [
      'an unknown variable',
      '',
      { SHIKA_BUS_ADDRESS: 'x' },
      'SHIKA_BUS_ADDRESS is no configuration key; expected one of SHIKA_BUS_URL, SHIKA_BUS_PASSWORD',
    ],
    [
      'a section that is none',
      'tracker: 5',
      { SHIKA_TRACKER_LOOKAHEAD: '3' },
      'configuration key tracker must be object; found 5; expected keys: lookahead, minScore, framesMaxMiB, policy, live',
    ],
    [
      'a section that is a list',
      'tracker: [lookahead]',
      {},
      'configuration key tracker must be object; found ["lookahead"]; expected keys: lookahead, minScore, framesMaxMiB, policy, live',
    ],
  ];
  for (const [what, yaml, env, message] of wrong) {
    test(`${what}: refused, with key, found and expected`, () => assert.equal(refusal(yaml, env), message));
  }

  test('a password is never repeated, not even under a misspelt key', () => {
    assert.equal(
      refusal('bus: { password: 1234 }'),
      'configuration key bus.password must be string; found [hidden]; expected text',
    );
    assert.ok(!refusal('bus: { passwort: hunter2 }').includes('hunter2'));
  });

  test('a file that is no YAML, is no configuration, or is not there: refused by name', () => {
    assert.match(refusal('tracker: ['), /\.yaml is not YAML/);
    assert.match(refusal('tracker: {}\ntracker: {}'), /\.yaml is not YAML.*unique/);
    assert.match(refusal('hello'), /is not a configuration; found a string; expected sections with keys/);
    assert.match(refusal('- a'), /is not a configuration; found a list/);
    assert.throws(
      () => loadConfig(Sample, { file: join(folder, 'none.yaml'), env: {} }),
      /no configuration file .*none\.yaml/,
    );
  });

  test('variables are spelt as people would', () => {
    const keys = ['lookahead', 'minScore', 'framesMaxMiB', 'maxFrameKiB', 'statsS', 'clipsMaxAgeHours'];
    assert.deepEqual(
      keys.map((key) => variableOf('tracker', key).replace('SHIKA_TRACKER_', '')),
      ['LOOKAHEAD', 'MIN_SCORE', 'FRAMES_MAX_MIB', 'MAX_FRAME_KIB', 'STATS_S', 'CLIPS_MAX_AGE_HOURS'],
    );
  });
});

describe('the keys of all stages', () => {
  const keys = Object.entries(sections).flatMap(([section, { properties }]) =>
    Object.entries(properties).map(([key, schema]) => ({
      name: `${section}.${key}`,
      schema: keySchema(schema),
      raw: schema,
    })),
  );

  test('each has a meaning and a default; each number has both bounds', () => {
    for (const { name, schema } of keys) {
      assert.ok((schema.description ?? '').length > 5, `${name} has no description`);
      assert.notEqual(schema.default, undefined, `${name} has no default`);
      if (schema.type !== 'integer' && schema.type !== 'number') continue;
      const { minimum = Number.NaN, maximum = Number.NaN } = schema;
      assert.ok(
        minimum <= Number(schema.default) && Number(schema.default) <= maximum,
        `${name}: ${minimum} to ${maximum}`,
      );
    }
  });

  test('each says what it may hold', () => {
    for (const { name, raw } of keys) assert.ok(!/undefined|anything/.test(allowed(raw)), name);
  });

  test('no section lets unknown keys pass', () => {
    for (const [section, schema] of Object.entries(sections)) {
      assert.throws(
        () => loadConfig({ [section]: schema }, { file: unknownKeyIn(section), env: {} }),
        /unknown configuration key/,
      );
    }
  });

  test('the README has them all (`node pipeline/app/config-readme.ts` writes them)', () => {
    const page = readFileSync(CONFIG_README, 'utf8');
    assert.equal(page, withKeys(page));
    for (const { name } of keys) assert.ok(page.includes(`\`${name}\``), name);
  });

  test('the bus is opened as they say', () => {
    const file = join(folder, 'bus.yaml');
    writeFileSync(file, 'bus: { framesMaxMiB: 32, clipsMaxAgeHours: 5, user: decoder, connectTimeoutS: 3 }');
    const settings = readSettings(file, {});
    const bounds = { framesMaxBytes: 2 ** 25, clipsMaxAgeHours: 5, replicas: 1, workReplicas: 1 };
    assert.deepEqual(busBounds(settings), bounds);
    const { user, password, ca, connectTimeoutS } = busOptions(settings);
    assert.deepEqual(
      { user, password, ca, connectTimeoutS },
      {
        user: 'decoder',
        password: undefined,
        ca: undefined,
        connectTimeoutS: 3,
      },
    );
  });
});

function unknownKeyIn(section: string): string {
  const file = join(folder, `unknown-${section}.yaml`);
  writeFileSync(file, `${section}: { surprise: 1 }`);
  return file;
}
