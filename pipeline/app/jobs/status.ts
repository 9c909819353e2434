/** What a bus holds, for a person who runs it. */
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import type { ActiveModel } from '../../../schemas/state.ts';
import type { ModelKind } from '../../../schemas/terms.ts';
import { activeModel } from '../../domain/models/registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';

/** Those that say how the work goes. */
export const WATCHED_STREAMS = [
  'CLIPS',
  'FRAMES',
  'LOOKS',
  'BOXES',
  'TRACKS',
  'IMAGES',
  'LABELS',
  'JOBS',
  'DEAD',
] as const;
const clipEvents = { arrived: ClipArrived, tracked: ClipTracked, filtered: ClipFiltered, failed: ClipFailed };

type StreamOccupancy = Awaited<ReturnType<Bus['occupancy']>> & { readonly name: string };

export interface PipelineStatus {
  /** Version of the NATS server. */
  readonly server: string;
  /** How many clips came so far. */
  readonly clips: Readonly<Record<keyof typeof clipEvents, number>>;
  readonly active: Readonly<Record<ModelKind, ActiveModel | null>>;
  readonly streams: readonly StreamOccupancy[];
}

/** What is to be done where clips come and no detector looks at them. */
export const NO_DETECTOR =
  'no detector is active: clips wait until one is; `shika models put FOLDER` brings a trained one, `shika train pre --hand FOLDER` trains one';

export async function pipelineStatus(bus: Bus): Promise<PipelineStatus> {
  const clips = { arrived: 0, tracked: 0, filtered: 0, failed: 0 };
  for (const event of ['arrived', 'tracked', 'filtered', 'failed'] as const) {
    clips[event] = await bus.count(clipEvents[event]);
  }
  const occupancies: StreamOccupancy[] = [];
  for (const name of WATCHED_STREAMS) occupancies.push({ name, ...(await bus.occupancy(name)) });
  const active = {
    detector: (await activeModel(bus, 'detector')) ?? null,
    classifier: (await activeModel(bus, 'classifier')) ?? null,
  };
  return { server: bus.serverVersion, clips, active, streams: occupancies };
}
