import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { permissionsOf } from '../../deploy/permissions.ts';
import { processesFor } from '../../pipeline/app/jobs/processes.ts';
import { sections } from '../../pipeline/app/settings.ts';
import { type StageEntry, stages } from '../../stages/index.ts';

describe('the list of stages', () => {
  for (const [name, entry] of Object.entries<StageEntry>(stages)) {
    test(`${name} - is called so in its declaration, and has the options of the list`, async () => {
      const stage = await entry.load();
      assert.equal(stage.name, name);
      assert.equal(stage.options, entry.options);
    });
  }

  test('every stage has a section in the configuration and a process', () => {
    assert.deepEqual(Object.keys(sections), [
      'bus',
      'log',
      'metrics',
      'room',
      'cameras',
      'events',
      ...Object.keys(stages),
    ]);
    assert.deepEqual(Object.keys(processesFor(3)), Object.keys(stages));
    assert.equal(processesFor(3).detector, 3);
  });

  test('what a stage may do follows from what it keeps', async () => {
    const detector = await stages.detector.load();
    const allowed = (keeps: typeof detector.keeps) => permissionsOf({ ...detector, keeps }).publish;
    assert.ok(!allowed({}).some((subject) => subject.includes('OBJ_models.$O')));
    assert.ok(allowed({ fetches: ['models'] }).includes('$JS.API.DIRECT.GET.OBJ_models.$O.models.>'));
    assert.ok(!allowed({ fetches: ['models'] }).includes('$O.models.>'));
    assert.ok(allowed({ stores: ['models'] }).includes('$O.models.>'));
  });
});
