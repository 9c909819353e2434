/** What the bus as a whole holds, for Prometheus: clips by camera, backlogs, active models, room. */
import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipFailed } from '../../../schemas/clip-failed.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import type { ModelKind } from '../../../schemas/terms.ts';
import { activeModel } from '../../domain/models/registry.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { diskOf } from '../../runtime/disk.ts';
import { gatheredText, type Metrics } from '../../runtime/metrics/gather.ts';
import { WATCHED_STREAMS } from './status.ts';

const events = { arrived: ClipArrived, tracked: ClipTracked, filtered: ClipFiltered, failed: ClipFailed };
/** What is followed: a user who may watch the pipeline may read these. */
export const CLIP_EVENTS = Object.values(events);

const kinds: readonly ModelKind[] = ['detector', 'classifier'];

/** A server that does not answer in so long counts as one that is gone: whoever asks for metrics does not wait longer. */
const ANSWER_MS = 4_000;

export interface PipelineMetricsOptions {
  readonly bus: Bus;
  /** Those that clips are expected of: silent from now on where nothing comes. */
  readonly cameras: Iterable<string>;
  /** Whether a camera is one that nothing comes from any more: it is not missed. */
  readonly isPickedUp: (camera: string) => boolean;
  /** On the disk of the bus' store; undefined where the store is another machine's. */
  readonly folder?: string | undefined;
  /** Bytes that the bus may hold by configuration; undefined: no bound but the disk. */
  readonly storeMax?: number | undefined;
  /** How often each process of this machine was started. */
  readonly starts: () => ReadonlyMap<string, number>;
  /** Ends the following. */
  readonly signal: AbortSignal;
}

export class PipelineMetrics {
  readonly registry = new Registry();
  readonly #options: PipelineMetricsOptions;
  readonly #clips: Counter<'camera' | 'event'>;
  readonly #lastClip: Gauge<'camera'>;
  readonly #reachable: Gauge;
  readonly #streams: Readonly<Record<'messages' | 'bytes' | 'limit', Gauge<'stream'>>>;
  readonly #consumers: Readonly<Record<'waiting' | 'working', Gauge<'stream' | 'consumer'>>>;
  readonly #active: Gauge<'kind'>;
  readonly #store: Gauge;
  readonly #disk: Readonly<Record<'free' | 'total', Gauge>>;
  #refreshing: Promise<void> | undefined;

  constructor(options: PipelineMetricsOptions) {
    this.#options = options;
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
      new Gauge<L>({ name, help, labelNames, registers });
    this.#clips = new Counter({
      name: 'shika_clips_total',
      help: 'Clips by camera and by what became of them',
      labelNames: ['camera', 'event'],
      registers,
    });
    this.#lastClip = gauge(
      'shika_camera_last_clip_timestamp_seconds',
      'When a camera’s last clip arrived; where none has yet, when this process began to wait for it',
      'camera',
    );
    this.#reachable = gauge('shika_bus_reachable', '1 where the server answers');
    this.#streams = {
      messages: gauge('shika_stream_messages', 'Messages that a stream holds', 'stream'),
      bytes: gauge('shika_stream_bytes', 'Bytes that a stream holds', 'stream'),
      limit: gauge(
        'shika_stream_limit_bytes',
        'Bytes that a stream may hold, where it has a limit',
        'stream',
      ),
    };
    this.#consumers = {
      waiting: gauge(
        'shika_consumer_waiting_messages',
        'Messages that wait for a stage',
        'stream',
        'consumer',
      ),
      working: gauge(
        'shika_consumer_working_messages',
        'Messages that a stage has taken and not settled',
        'stream',
        'consumer',
      ),
    };
    this.#active = gauge('shika_active_model', '1 where a model of this kind is active', 'kind');
    this.#store = gauge('shika_store_bytes', 'Bytes of everything on the bus');
    const budget = gauge(
      'shika_store_budget_bytes',
      'Bytes that the bus may hold (room.storeMaxMiB), if bounded',
    );
    if (options.storeMax === undefined) budget.remove();
    else budget.set(options.storeMax);
    this.#disk = {
      free: gauge('shika_disk_free_bytes', 'What is free on the disk of the bus’ store'),
      total: gauge('shika_disk_bytes', 'Size of the disk of the bus’ store'),
    };
    new Counter({
      name: 'shika_process_starts_total',
      help: 'How often a process was started on this machine: more than once where it died',
      labelNames: ['started'],
      registers,
      collect() {
        this.reset();
        for (const [started, count] of options.starts()) this.inc({ started }, count);
      },
    });
    const now = Date.now() / 1000;
    for (const camera of options.cameras)
      if (!options.isPickedUp(camera)) this.#lastClip.set({ camera }, now);
    for (const event of eventNames) void this.#follow(event);
  }

  /** As Prometheus reads it: these and what the stages of this machine count. */
  async text(stages: () => Promise<ReadonlyMap<string, Metrics>>): Promise<string> {
    const [counted] = await Promise.all([stages(), this.refresh()]);
    return gatheredText(new Map([['up', await this.registry.getMetricsAsJSON()], ...counted]));
  }

  /** Brings up to date what is asked of the server. Never throws: a server that is gone is a metric, too. */
  async refresh(): Promise<void> {
    // One that hangs is not asked once more by everybody who comes meanwhile.
    this.#refreshing ??= this.#refresh().finally(() => {
      this.#refreshing = undefined;
    });
    const late = AbortSignal.timeout(ANSWER_MS);
    const gone = new Promise<never>((_, reject) => late.addEventListener('abort', () => reject(late.reason)));
    try {
      await Promise.race([this.#refreshing, gone]);
      this.#reachable.set(1);
    } catch {
      this.#reachable.set(0);
      const stale = [
        ...Object.values(this.#streams),
        ...Object.values(this.#consumers),
        this.#active,
        this.#store,
      ];
      for (const gauge of stale) gauge.reset(); // what is not known is not given
    }
  }

  async #refresh(): Promise<void> {
    const { bus, folder } = this.#options;
    if (folder !== undefined) {
      const { free, total } = diskOf(folder);
      this.#disk.free.set(free);
      this.#disk.total.set(total);
    }
    for (const stream of WATCHED_STREAMS) {
      const { messages, bytes, limit, consumers } = await bus.occupancy(stream);
      this.#streams.messages.set({ stream }, messages);
      this.#streams.bytes.set({ stream }, bytes);
      if (limit !== null) this.#streams.limit.set({ stream }, limit);
      for (const { name: consumer, waiting, working } of consumers) {
        this.#consumers.waiting.set({ stream, consumer }, waiting);
        this.#consumers.working.set({ stream, consumer }, working);
      }
    }
    this.#store.set(await bus.storedBytes());
    for (const kind of kinds) this.#active.set({ kind }, (await activeModel(bus, kind)) ? 1 : 0);
  }

  /** Counts from the first clip that is stored: only what ages is missing, and a count never goes down. */
  async #follow(event: keyof typeof events): Promise<void> {
    const { bus, isPickedUp, signal } = this.#options;
    for await (const { body, storedAt } of bus.follow(events[event], {}, { signal })) {
      const { camera } = body;
      this.#clips.inc({ camera, event });
      if (event === 'arrived' && !isPickedUp(camera)) this.#lastClip.set({ camera }, storedAt / 1000);
    }
  }
}

const eventNames = Object.keys(events) as (keyof typeof events)[]; // its own keys
