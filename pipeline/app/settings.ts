/** The configuration as a whole: everybody's sections and every stage's. */
import { DecoderOptions } from '../../stages/decoder/options.ts';
import { DetectorOptions } from '../../stages/detector/options.ts';
import { ExplainerOptions } from '../../stages/explainer/options.ts';
import { FilterOptions } from '../../stages/filter/options.ts';
import { TrackerOptions } from '../../stages/tracker/options.ts';
import { TrainerOptions } from '../../stages/trainer/options.ts';
import type { BusOptions } from '../runtime/bus/bus.ts';
import { BusSection, type Config, LogSection, loadConfig } from '../runtime/config/config.ts';

export const sections = {
  bus: BusSection,
  log: LogSection,
  decoder: DecoderOptions,
  detector: DetectorOptions,
  tracker: TrackerOptions,
  filter: FilterOptions,
  trainer: TrainerOptions,
  explainer: ExplainerOptions,
} as const;

export type Settings = Config<typeof sections>;

/** @throws FatalError naming the key that is wrong */
export function readSettings(file?: string, env: NodeJS.ProcessEnv = process.env): Settings {
  return loadConfig(sections, { file: file ?? env.SHIKA_CONFIG, env });
}

export function busOptions({ bus }: Settings): Omit<BusOptions, 'name'> {
  const { url, user, password, ca, patienceS, framesMaxMiB, clipsMaxAgeHours } = bus;
  return {
    url,
    user: user || undefined,
    password: password || undefined,
    ca: ca || undefined,
    patienceS,
    bounds: { framesMaxBytes: framesMaxMiB * 2 ** 20, clipsMaxAgeHours },
  };
}
