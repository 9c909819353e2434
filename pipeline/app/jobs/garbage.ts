/**
 * What a bus keeps, by kind, and what goes where a kind is over its budget. Nothing that a person drew or decided is
 * among it, nor what follows from that and can't be computed again: labels, tracks, clips, pictures, datasets.
 */
import { activeModel } from '../../domain/models/registry.ts';
import { doneRecordings } from '../../ingest/cameras/recordings.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import type { StoredObject } from '../../runtime/bus/objects.ts';
import type { RoomOptions } from '../../runtime/supervisor/room-options.ts';
import { WATCHED_STREAMS } from './status.ts';

const MIB = 2 ** 20;

/** Something that goes as a whole. */
export interface Freeable {
  readonly name: string;
  readonly bytes: number;
  /** ms since 1970 */
  readonly storedAt: number;
  free(): Promise<void>;
}

export interface KindRoom {
  readonly kind: string;
  readonly bytes: number;
  /** Bytes; null where there is no bound. */
  readonly budget: number | null;
  /** What frees it. */
  readonly rule: string;
  /** What is to go, oldest first: as much as the kind is over its budget. */
  readonly frees: readonly Freeable[];
}

export interface RoomQuestion {
  readonly room: RoomOptions;
  /** Where recordings lie; undefined where they are another machine's. */
  readonly recordings?: string | undefined;
}

const KEPT = 'nothing: it is kept';
/** Of the streams, what frees each. */
const RULES: Readonly<Record<(typeof WATCHED_STREAMS)[number], string>> = {
  CLIPS: 'age (bus.clipsMaxAgeHours)',
  FRAMES: 'the tracker, behind its place (bus.framesMaxMiB)',
  LOOKS: 'acknowledgement',
  BOXES: 'age (an hour)',
  TRACKS: KEPT,
  IMAGES: KEPT,
  LABELS: KEPT,
  JOBS: 'acknowledgement',
  DEAD: 'a person (`shika dead replay`)',
};

/** How much there is of each kind, and what is over its budget. */
export async function roomByKind(bus: Bus, { room, recordings }: RoomQuestion): Promise<KindRoom[]> {
  const kinds: KindRoom[] = [];
  for (const stream of WATCHED_STREAMS) {
    const { bytes, limit } = await bus.occupancy(stream);
    kinds.push({ kind: stream.toLowerCase(), bytes, budget: limit, rule: RULES[stream], frees: [] });
  }
  const datasets = await bus.objects.entries('datasets');
  kinds.push({ kind: 'datasets', bytes: sum(datasets), budget: null, rule: KEPT, frees: [] });
  const checkpoints = await bus.objects.entries('checkpoints');
  kinds.push({ kind: 'checkpoints', bytes: sum(checkpoints), budget: null, rule: 'age (a week)', frees: [] });

  const explanations = folders(bus, 'explanations', await bus.objects.entries('explanations'));
  kinds.push(bounded('explanations', 'the oldest', room.explanationsMaxMiB, explanations, () => true));
  const active = new Set<string | undefined>();
  for (const kind of ['detector', 'classifier'] as const) active.add((await activeModel(bus, kind))?.model);
  const models = folders(bus, 'models', await bus.objects.entries('models'));
  const isUnused = ({ name }: Freeable) => !active.has(name);
  kinds.push(bounded('models', 'the oldest that is not active', room.modelsMaxMiB, models, isUnused));
  if (recordings !== undefined) {
    const { all, done } = await doneRecordings(bus, recordings);
    const isDone = ({ name }: Freeable) => done.has(name);
    const rule = 'age (--keep), and the oldest that is done with';
    kinds.push(bounded('recordings', rule, room.recordingsMaxMiB, all, isDone));
  }
  return kinds;
}

/** Frees what is over its budget. @returns bytes */
export async function freeRoom(kinds: readonly KindRoom[]): Promise<number> {
  const frees = kinds.flatMap((kind) => kind.frees);
  for (const freeable of frees) await freeable.free();
  return sum(frees);
}

/** @param maxMiB 0: no bound */
function bounded(
  kind: string,
  rule: string,
  maxMiB: number,
  all: readonly Freeable[],
  mayGo: (freeable: Freeable) => boolean,
): KindRoom {
  const budget = maxMiB === 0 ? null : maxMiB * MIB;
  const bytes = sum(all);
  const frees: Freeable[] = [];
  const oldestFirst = all.filter(mayGo).toSorted((a, b) => a.storedAt - b.storedAt);
  for (const freeable of oldestFirst) {
    if (budget === null || bytes - sum(frees) <= budget) break;
    frees.push(freeable);
  }
  return { kind, bytes, budget, rule, frees };
}

/** Objects are kept as folders, one object a file. */
function folders(
  bus: Bus,
  store: 'explanations' | 'models',
  objects: readonly StoredObject[],
): readonly Freeable[] {
  const byFolder = Map.groupBy(objects, ({ name }) => name.split('/')[0] ?? name);
  return [...byFolder].map(([name, files]) => ({
    name,
    bytes: sum(files),
    storedAt: Math.max(...files.map(({ storedAt }) => storedAt)),
    free: async () => {
      for (const file of files) await bus.objects.delete(store, file.name);
    },
  }));
}

function sum(parts: readonly { readonly bytes: number }[]): number {
  return parts.reduce((total, { bytes }) => total + bytes, 0);
}
