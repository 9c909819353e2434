/** Looks/s of the bus itself: a real server, the real runner, and a detector that answers without looking. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { Bus } from '../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import { createLog } from '../../pipeline/runtime/log/log.ts';
import { Boxes } from '../../schemas/boxes.ts';
import { Frame } from '../../schemas/frame.ts';
import { Look } from '../../schemas/look.ts';
import { subjectOf } from '../../schemas/message.ts';
import { startServer } from '../processes/server.ts';
import type { Table } from './table.ts';

const bounds = { framesMaxBytes: 2 ** 30, clipsMaxAgeHours: 1 };
const clip = '0123456789abcdef';
const camera = 'bench';
/** About as many as a clip has on the bus at once, of the size that a 1280x720 frame has as a JPEG. */
const frames = 256;
const frameBytes = 100_000;
const region: [number, number, number, number] = [0, 0, 416, 416];

/** @param seconds of each measurement */
export async function measureBusLooks(times: number, seconds: number): Promise<Table> {
  const server = await startServer();
  const bus = await Bus.open({ url: server.url, name: 'bench', bounds }, createLog('bench', 'warn'));
  const rows = [];
  try {
    await publishFrames(bus);
    for (const batch of [1, 4, 16]) {
      const stage = fork(join(import.meta.dirname, 'bus-looks-stage.ts'), [server.url, `${batch}`]);
      // A clip of its own, so that no answer of another is taken for one of these.
      const client = new LookClient(bus, batch.toString(16).padStart(16, '0'));
      try {
        await client.looksPerSecond(1, 0.5);
        for (const inFlight of [1, 4, 16]) {
          const values: number[] = [];
          for (let i = 0; i < times; i++) values.push(await client.looksPerSecond(inFlight, seconds));
          rows.push({ name: `batches of ${batch}, ${inFlight} in flight`, unit: 'looks/s', values });
        }
      } finally {
        client.close();
        const ended = new Promise((resolve) => stage.once('exit', resolve));
        stage.kill();
        await ended;
      }
    }
  } finally {
    await bus.close();
    await server.stop();
  }
  return { title: `Bus: looks through an empty detector, nats-server ${server.version}`, rows };
}

async function publishFrames(bus: Bus): Promise<void> {
  const payload = new Uint8Array(frameBytes).map((_, i) => i * 31);
  for (let index = 0; index < frames; index++) {
    const facts = { clip, camera, index, pts: index / 25, width: 1280, height: 720 };
    await bus.publish(outgoing(Frame, { camera, clip, index }, facts, { payload }));
  }
}

class LookClient {
  readonly #bus: Bus;
  readonly #clip: string;
  readonly #stop = new AbortController();
  readonly #waiting = new Map<number, () => void>();
  #next = 0;

  constructor(bus: Bus, clip: string) {
    this.#bus = bus;
    this.#clip = clip;
    void this.#follow();
  }

  /** Keeps `inFlight` looks in the air for so long. */
  async looksPerSecond(inFlight: number, seconds: number): Promise<number> {
    const started = performance.now();
    const end = started + 1000 * seconds;
    let count = 0;
    const loop = async () => {
      while (performance.now() < end) {
        await this.#look();
        count += 1;
      }
    };
    await Promise.all(Array.from({ length: inFlight }, loop));
    return (1000 * count) / (performance.now() - started);
  }

  close(): void {
    this.#stop.abort();
  }

  /** Resolves when the answer is here. */
  async #look(): Promise<void> {
    const index = this.#next++;
    const answered = new Promise<void>((resolve) => this.#waiting.set(index, resolve));
    const frame = subjectOf(Frame, { camera, clip, index: index % frames });
    const id = `look.${process.pid}.${performance.now()}.${index}`;
    const at = { clip: this.#clip, index };
    await this.#bus.publish(outgoing(Look, at, { ...at, frame, regions: [region] }, { id }));
    await answered;
  }

  async #follow(): Promise<void> {
    for await (const { body } of this.#bus.follow(
      Boxes,
      { clip: this.#clip },
      { signal: this.#stop.signal },
    )) {
      this.#waiting.get(body.index)?.();
      this.#waiting.delete(body.index);
    }
  }
}
