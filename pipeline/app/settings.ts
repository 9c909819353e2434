/** The configuration as a whole: everybody's sections and every stage's. */
import { stageNames, stages } from '../../stages/index.ts';
import { EventsOptions } from '../domain/events/options.ts';
import { CamerasOptions } from '../ingest/options.ts';
import type { BusOptions } from '../runtime/bus/bus.ts';
import type { BusBounds } from '../runtime/bus/topology.ts';
import { BusSection, type Config, LogSection, loadConfig } from '../runtime/config/config.ts';
import { MetricsSection } from '../runtime/metrics/options.ts';
import { RoomSection } from '../runtime/supervisor/room-options.ts';

type StageSections = { readonly [K in keyof typeof stages]: (typeof stages)[K]['options'] };

const stageSections = Object.fromEntries(
  stageNames.map((name) => [name, stages[name].options]),
) as StageSections; // each stage's own options under its name

export const sections = {
  bus: BusSection,
  log: LogSection,
  metrics: MetricsSection,
  room: RoomSection,
  cameras: CamerasOptions,
  events: EventsOptions,
  ...stageSections,
} as const;

export type Settings = Config<typeof sections>;

/** @throws FatalError naming the key that is wrong */
export function readSettings(file?: string, env: NodeJS.ProcessEnv = process.env): Settings {
  return loadConfig(sections, { file: file ?? env.SHIKA_CONFIG, env });
}

export function busOptions({ bus }: Settings): Omit<BusOptions, 'name' | 'bounds'> {
  const { url, user, password, ca, connectTimeoutS } = bus;
  return {
    url,
    user: user || undefined,
    password: password || undefined,
    ca: ca || undefined,
    connectTimeoutS,
  };
}

/** Bytes that the bus may hold; undefined where the configuration has no bound. */
export function storeMax({ room: { storeMaxMiB } }: Settings): number | undefined {
  return storeMaxMiB === 0 ? undefined : storeMaxMiB * 2 ** 20;
}

/** Bounds of the streams, for whoever sets the bus up. */
export function busBounds({ bus }: Settings): BusBounds {
  const { framesMaxMiB, clipsMaxAgeHours, replicas, workReplicas } = bus;
  return { framesMaxBytes: framesMaxMiB * 2 ** 20, clipsMaxAgeHours, replicas, workReplicas };
}
