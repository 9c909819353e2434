/**
 * The stages as Kubernetes runs them, derived from their declarations. `node deploy/kubernetes.ts` writes
 * `deploy/kubernetes/stages.yaml` and `detector-scale.yaml`; a test fails when they are stale.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { workSource } from '../pipeline/runtime/stage/work-source.ts';
import { Look } from '../schemas/look.ts';
import { type StageEntry, stages } from '../stages/index.ts';

const FOLDER = join(import.meta.dirname, 'kubernetes');
export const STAGES_FILE = join(FOLDER, 'stages.yaml');
export const SCALE_FILE = join(FOLDER, 'detector-scale.yaml');

const NAMESPACE = 'shika';
const NODES = [0, 1, 2].map((n) => `nats://nats-${n}.nats:4222`).join(',');
const METRICS_PORT = 9464;

interface Volume {
  readonly name: string;
  readonly mountPath: string;
  /** A claim's name, or a folder that goes with the pod. */
  readonly claim?: string;
}
const CLIPS: Volume = { name: 'clips', mountPath: '/clips', claim: 'clips' };
const WEIGHTS: Volume = { name: 'weights', mountPath: '/shika/weights', claim: 'weights' };
const TEMPORARY: Volume = { name: 'tmp', mountPath: '/tmp' };

/** What a process needs beside its user on the bus. */
const VOLUMES: Readonly<Record<string, readonly Volume[]>> = {
  decoder: [CLIPS],
  watcher: [CLIPS],
  trainer: [WEIGHTS],
};

/** @param user on the bus; its password is in the secret `shika-<user>`, made of deploy/secrets/<user>.env */
function pod(
  name: string,
  user: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  const volumes = [TEMPORARY, ...(VOLUMES[name] ?? [])];
  const variables = { NATS_URL: NODES, SHIKA_BUS_CA: '/etc/shika/ca.pem', ...env };
  return {
    metadata: {
      labels: { app: 'shika', stage: name },
      annotations: { 'prometheus.io/scrape': 'true', 'prometheus.io/port': `${METRICS_PORT}` },
    },
    spec: {
      automountServiceAccountToken: false,
      terminationGracePeriodSeconds: 30,
      securityContext: { runAsNonRoot: true, runAsUser: 1000, runAsGroup: 1000, fsGroup: 1000 },
      containers: [
        {
          name,
          image: 'shika',
          imagePullPolicy: 'IfNotPresent',
          args: [...args],
          envFrom: [{ secretRef: { name: `shika-${user}` } }],
          env: Object.entries(variables).map(([key, value]) => ({ name: key, value })),
          ports: [{ name: 'metrics', containerPort: METRICS_PORT }],
          securityContext: {
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            capabilities: { drop: ['ALL'] },
          },
          volumeMounts: [
            { name: 'ca', mountPath: '/etc/shika', readOnly: true },
            ...volumes.map(({ name: volume, mountPath, claim }) => ({
              ...{ name: volume, mountPath },
              ...(claim && { readOnly: true }),
            })),
          ],
        },
      ],
      volumes: [
        { name: 'ca', secret: { secretName: 'nats-tls', items: [{ key: 'ca.pem', path: 'ca.pem' }] } },
        ...volumes.map(({ name: volume, claim }) => ({
          name: volume,
          ...(claim ? { persistentVolumeClaim: { claimName: claim, readOnly: true } } : { emptyDir: {} }),
        })),
      ],
    },
  };
}

function deployment(name: string, args: readonly string[]) {
  const metrics = { SHIKA_METRICS_PORT: `${METRICS_PORT}`, SHIKA_METRICS_HOST: '0.0.0.0' };
  const template = pod(name, name, args, metrics);
  const [container] = template.spec.containers;
  // Connected to the bus on its port, 4222 = 0x107E, as in compose.
  const connected = ['sh', '-c', "grep -q ':107E 01' /proc/net/tcp /proc/net/tcp6"];
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: NAMESPACE, labels: { app: 'shika', stage: name } },
    spec: {
      // The detector's number is its ScaledObject's.
      ...(name !== 'detector' && { replicas: 1 }),
      selector: { matchLabels: { app: 'shika', stage: name } },
      template: {
        ...template,
        spec: {
          ...template.spec,
          containers: [
            {
              ...container,
              livenessProbe: {
                exec: { command: connected },
                periodSeconds: 10,
                failureThreshold: 6,
                initialDelaySeconds: 30,
              },
            },
          ],
        },
      },
    },
  };
}

/** Makes the bus what this version declares, and ends; stages wait for it. */
function setUp() {
  const replicas = { SHIKA_BUS_REPLICAS: '3', SHIKA_BUS_WORK_REPLICAS: '1' };
  const { metadata, spec } = pod('set-up', 'setup', ['bus', 'set-up'], replicas);
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name: 'set-up', namespace: NAMESPACE, labels: metadata.labels },
    spec: {
      backoffLimit: 20,
      template: { metadata: { labels: metadata.labels }, spec: { ...spec, restartPolicy: 'OnFailure' } },
    },
  };
}

const HEAD = '# Made by `node deploy/kubernetes.ts` from the stages’ declarations; do not edit.\n';

export function stagesText(): string {
  const watch = ['up', '--watch', '/clips', '--no-stages', '--out', '/tmp/watcher'];
  const documents = [
    setUp(),
    ...Object.keys(stages).map((stage) => deployment(stage, ['stage', stage])),
    deployment('watcher', watch),
  ];
  return (
    HEAD + documents.map((document) => stringify(document, { aliasDuplicateObjects: false })).join('---\n')
  );
}

/** As many detectors as looks wait for: KEDA asks the servers' monitoring. */
export async function scaleText(): Promise<string> {
  const { load }: StageEntry = stages.detector;
  const { name, takes } = await load();
  const take = takes.find(({ type }) => type === Look);
  if (!take) throw new Error('the detector takes no looks');
  const { stream, durable } = workSource(name, take);
  const scaled = {
    apiVersion: 'keda.sh/v1alpha1',
    kind: 'ScaledObject',
    metadata: { name: 'detector', namespace: NAMESPACE },
    spec: {
      scaleTargetRef: { name: 'detector' },
      minReplicaCount: 1,
      maxReplicaCount: 16,
      // A model is loaded in seconds; a clip that ends is followed by the next.
      cooldownPeriod: 300,
      pollingInterval: 15,
      triggers: [
        {
          type: 'nats-jetstream',
          metadata: {
            natsServerMonitoringEndpoint: `nats.${NAMESPACE}:8222`,
            account: '$G',
            ...{ stream, consumer: durable },
            lagThreshold: '64',
          },
        },
      ],
    },
  };
  return HEAD + stringify(scaled);
}

if (process.argv[1] === import.meta.filename) {
  await writeFile(STAGES_FILE, stagesText());
  await writeFile(SCALE_FILE, await scaleText());
}
