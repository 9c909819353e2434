/**
 * The streams, buckets and stores as data. `set-up.ts` makes them what is declared here.
 *
 * LOOKS is on file although it is short-lived: a memory stream loses its consumers when the server is killed,
 * and small messages cost the same either way.
 */
import type { StreamName } from '../../../schemas/message.ts';

/** Bounds that a deployment may set; bytes and hours. */
export interface BusBounds {
  /** Frames that wait to be labelled. A full stream stops decoders from reading, and only that. */
  readonly framesMaxBytes: number;
  /** How long clips' events are kept. */
  readonly clipsMaxAgeHours: number;
  /** On how many nodes of a cluster what can't be computed again is kept; 1 where not given. */
  readonly replicas?: number;
  /** The same of what can be computed again: frames, looks, boxes, explanations, checkpoints of jobs. */
  readonly workReplicas?: number;
}

export const HOUR_NS = 3_600_000_000_000;

/** Dedupe is a courtesy that saves work; no correctness rests on it. */
export const DEDUPE_WINDOW_NS = 30_000_000_000;

export interface StreamRules {
  readonly subjects: readonly string[];
  readonly retention: 'limits' | 'workqueue';
  readonly maxAgeHours?: number;
  readonly maxBytes?: number;
  readonly full?: 'reject-new' | 'drop-old';
  /** What is in it can be computed again. */
  readonly again?: true;
}

export function streams(bounds: BusBounds): Record<StreamName, StreamRules> {
  return {
    CLIPS: {
      subjects: ['clip.>'],
      retention: 'limits',
      maxAgeHours: bounds.clipsMaxAgeHours,
    },
    FRAMES: {
      subjects: ['frame.>'],
      retention: 'limits',
      maxBytes: bounds.framesMaxBytes,
      full: 'reject-new',
      again: true,
    },
    LOOKS: { subjects: ['look.>'], retention: 'workqueue', again: true },
    BOXES: { subjects: ['box.>'], retention: 'limits', maxAgeHours: 1, again: true },
    TRACKS: { subjects: ['track.>'], retention: 'limits' },
    IMAGES: { subjects: ['image.>'], retention: 'limits' },
    LABELS: { subjects: ['label.>'], retention: 'limits' },
    JOBS: { subjects: ['job.>'], retention: 'workqueue' },
    PROGRESS: { subjects: ['progress.>'], retention: 'limits', maxAgeHours: 24 * 7 },
    DEAD: { subjects: ['dead.>'], retention: 'limits' },
  };
}

/** Streams whose messages go when they are acknowledged. */
export const WORK_QUEUES = ['LOOKS', 'JOBS'] as const satisfies readonly StreamName[];

/** KV bucket of checkpoints and of the active models. */
export const STATE_BUCKET = 'state';

/** Object stores: large and few. */
export const STORES = ['models', 'datasets', 'explanations', 'checkpoints'] as const;
export type StoreName = (typeof STORES)[number];

/** All that the bus keeps, as the server names it: the streams, the bucket's and the stores'. */
export const HELD_STREAMS: readonly string[] = [
  ...Object.keys(streams({ framesMaxBytes: -1, clipsMaxAgeHours: 0 })),
  `KV_${STATE_BUCKET}`,
  ...STORES.map((store) => `OBJ_${store}`),
];

/** What is left of jobs that never ended; as long as their progress. Nothing else goes by itself. */
const STORE_MAX_AGE_HOURS: Readonly<Partial<Record<StoreName, number>>> = { checkpoints: 24 * 7 };

/** What is in them can be computed again. */
const STORES_AGAIN: readonly StoreName[] = ['explanations', 'checkpoints'];

/** On how many nodes of a cluster something is kept. */
export function replicasOf(
  { replicas = 1, workReplicas = 1 }: BusBounds,
  what: { readonly store: StoreName } | Pick<StreamRules, 'again'>,
): number {
  const again = 'store' in what ? STORES_AGAIN.includes(what.store) : what.again;
  return again ? workReplicas : replicas;
}

/** How long a store keeps an object, ns; 0: for ever. */
export function maxAgeOf(store: StoreName): number {
  return (STORE_MAX_AGE_HOURS[store] ?? 0) * HOUR_NS;
}
