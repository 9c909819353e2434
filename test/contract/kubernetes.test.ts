import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { parseAllDocuments } from 'yaml';
import { SCALE_FILE, STAGES_FILE, scaleText, stagesText } from '../../deploy/kubernetes.ts';
import { stages } from '../../stages/index.ts';

const folder = resolve(import.meta.dirname, '../../deploy/kubernetes');
const run = promisify(execFile);

interface Manifest {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly spec: {
    readonly template?: { readonly spec: { readonly containers: readonly Container[] } };
    readonly triggers?: readonly {
      readonly type: string;
      readonly metadata: Readonly<Record<string, string>>;
    }[];
    readonly scaleTargetRef?: { readonly name: string };
  };
}
interface Container {
  readonly args: readonly string[];
  readonly envFrom: readonly { readonly secretRef: { readonly name: string } }[];
  readonly securityContext: Readonly<Record<string, unknown>>;
}

const manifests: Manifest[] = [];
for (const file of (await readdir(folder)).filter((name) => name.endsWith('.yaml'))) {
  for (const document of parseAllDocuments(await readFile(join(folder, file), 'utf8'))) {
    assert.deepEqual(document.errors, [], file);
    manifests.push(document.toJS());
  }
}
const named = (kind: string, name: string) =>
  manifests.find((manifest) => manifest.kind === kind && manifest.metadata.name === name) ??
  assert.fail(`no ${kind} ${name}`);

describe('the manifests', () => {
  test('are what the stages declare (`node deploy/kubernetes.ts` makes them)', async () => {
    assert.equal(await readFile(STAGES_FILE, 'utf8'), stagesText());
    assert.equal(await readFile(SCALE_FILE, 'utf8'), await scaleText());
  });

  test('have every stage as a user of its own, which may write nowhere', () => {
    for (const stage of Object.keys(stages)) {
      const [container] = named('Deployment', stage).spec.template?.spec.containers ?? [];
      assert.deepEqual(container?.args, ['stage', stage]);
      assert.deepEqual(container?.envFrom, [{ secretRef: { name: `shika-${stage}` } }]);
      assert.equal(container?.securityContext.readOnlyRootFilesystem, true);
    }
    assert.deepEqual(named('Job', 'set-up').spec.template?.spec.containers[0]?.args, ['bus', 'set-up']);
  });

  test('detectors follow the looks that wait for them', () => {
    const { scaleTargetRef, triggers } = named('ScaledObject', 'detector').spec;
    assert.equal(scaleTargetRef?.name, 'detector');
    const [trigger] = triggers ?? [];
    assert.equal(trigger?.type, 'nats-jetstream');
    assert.equal(trigger?.metadata.stream, 'LOOKS');
    assert.equal(trigger?.metadata.consumer, 'detector_look');
  });

  test('everything is in one namespace', () => {
    for (const { kind, metadata } of manifests)
      assert.equal(
        kind === 'Namespace' ? metadata.name : metadata.namespace,
        'shika',
        `${kind} ${metadata.name}`,
      );
  });

  test('kubeconform takes them', async (t) => {
    // Schemas in a folder, where GitHub can't be reached.
    const where = process.env.SHIKA_TEST_KUBE_SCHEMAS;
    const crds =
      'https://raw.githubusercontent.com/datreeio/CRDs-catalog/main/{{.Group}}/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json';
    const locations = where ? [join(where, '{{.ResourceKind}}{{.KindSuffix}}.json')] : ['default', crds];
    const args = ['-strict', ...locations.flatMap((location) => ['-schema-location', location]), folder];
    try {
      await run('kubeconform', args, { timeout: 60_000 });
    } catch (error) {
      const { code, stdout = '', message } = error as { code?: unknown; stdout?: string; message: string }; // execFile's
      if (code === 'ENOENT')
        return t.skip('no kubeconform here (go install github.com/yannh/kubeconform/cmd/kubeconform@latest)');
      if (/could not find schema|failed downloading/.test(stdout) || !stdout)
        return t.skip('kubeconform can’t reach its schemas (SHIKA_TEST_KUBE_SCHEMAS names a folder of them)');
      assert.fail(`${stdout}\n${message}`);
    }
  });
});
