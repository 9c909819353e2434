/** Looks that were sent and the answers to them; what is not answered in time is sent again. */
import type { Box } from '../../../pipeline/domain/vision/box.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { type Outgoing, outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { jsonId } from '../../../pipeline/runtime/content-id.ts';
import { reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { Send } from '../../../pipeline/runtime/stage/channel.ts';
import type { Commit } from '../../../pipeline/runtime/stage/stage.ts';
import { Boxes } from '../../../schemas/boxes.ts';
import { Frame } from '../../../schemas/frame.ts';
import { Look } from '../../../schemas/look.ts';
import { subjectOf } from '../../../schemas/message.ts';
import type { Changes } from './changes.ts';

interface PendingLook {
  readonly regions: readonly Box[];
  /** Tells looks at one frame apart: the answer names its regions, too. */
  readonly regionsKey: string;
  attempt: number;
  sentAt: number;
  answer?: Boxes;
}

export interface PendingLooksOptions {
  readonly bus: Bus;
  /** What the looks are for. */
  readonly arrival: LooksFor;
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly send: Send<Outgoing | Commit>;
  readonly changes: Changes;
  /** Which decoding of the clip the looks are at. */
  readonly restart: number;
  readonly answerMs: number;
  /** Subject of a frame's picture; of the frame itself where not given. */
  readonly pictureOf?: (index: number) => string;
}

/** The message that has a clip looked at. */
export interface LooksFor {
  readonly body: { readonly clip: string; readonly camera: string };
  readonly traceparent: string;
}

export class PendingLooks {
  readonly #bus: Bus;
  readonly #arrival: LooksFor;
  readonly #log: Logger;
  readonly #signal: AbortSignal;
  readonly #send: Send<Outgoing | Commit>;
  readonly #changes: Changes;
  readonly #restart: number;
  readonly #answerMs: number;
  readonly #pictureOf: (index: number) => string;
  readonly #pending = new Map<number, PendingLook>();
  /** By frame: answers that came before they were asked for, as those to a process that died do. */
  readonly #early = new Map<number, Boxes[]>();
  /** Frames before it are decided. */
  #from = 0;

  constructor({
    bus,
    arrival,
    log,
    signal,
    send,
    changes,
    restart,
    answerMs,
    pictureOf,
  }: PendingLooksOptions) {
    this.#bus = bus;
    this.#arrival = arrival;
    this.#log = log;
    this.#signal = signal;
    this.#send = send;
    this.#changes = changes;
    this.#restart = restart;
    this.#answerMs = answerMs;
    const { camera, clip } = arrival.body;
    this.#pictureOf = pictureOf ?? ((index) => subjectOf(Frame, { camera, clip, index }));
    void this.#followBoxes();
  }

  /** Sends a look; the same again is nothing, another one for the same frame replaces it. */
  ask(index: number, regions: readonly Box[]): void {
    const regionsKey = jsonId(regions);
    if (this.#pending.get(index)?.regionsKey === regionsKey) return;
    const look: PendingLook = { regions, regionsKey, attempt: 0, sentAt: Date.now() };
    this.#pending.set(index, look);
    const answer = this.#early.get(index)?.find((boxes) => jsonId(boxes.regions) === regionsKey);
    if (answer) look.answer = answer;
    else this.#leave(this.#message(index, look));
  }

  /** The answer to the look that was sent last. */
  async answer(index: number): Promise<Boxes> {
    for (;;) {
      const look = this.#pending.get(index);
      if (!look) throw new TypeError(`no look was sent for frame ${index}`);
      if (look.answer) return look.answer;
      await this.#changes.next();
    }
  }

  forget(index: number): void {
    this.#pending.delete(index);
    this.#early.delete(index);
  }

  forgetBefore(index: number): void {
    this.#from = index;
    for (const at of [...this.#pending.keys(), ...this.#early.keys()]) if (at < index) this.forget(at);
  }

  /**
   * A look or its answer can get lost (a server restored without them): both are asked for again. The old looks are
   * deleted first, so that they do not pile up where there is no detector for a while.
   */
  repeatUnanswered(): void {
    const now = Date.now();
    const late = [...this.#pending].filter(([, look]) => !look.answer && now - look.sentAt >= this.#answerMs);
    if (late.length === 0) return;
    this.#leave({ commit: () => this.#deleteOld(late.map(([index]) => index)) });
    for (const [index, look] of late) {
      look.attempt += 1;
      look.sentAt = now;
      this.#log.debug({ index, attempt: look.attempt }, 'look sent again');
      this.#leave(this.#message(index, look));
    }
  }

  /** At once, whoever else waits to be taken; the handler's end tells why it is refused. */
  #leave(item: Outgoing | Commit): void {
    this.#send(item).catch(() => {});
  }

  async #deleteOld(indices: readonly number[]): Promise<void> {
    for (const index of indices) {
      await this.#bus.purge(Look, { clip: this.#arrival.body.clip, index }).catch((error: unknown) => {
        this.#log.debug({ index, why: reasonOf(error) }, 'old look not deleted');
      });
    }
  }

  #message(index: number, look: PendingLook): Outgoing {
    const { clip } = this.#arrival.body;
    const body: Look = {
      clip,
      index,
      frame: this.#pictureOf(index),
      regions: look.regions.map((region) => [...region]),
      restart: this.#restart,
    };
    const id = `look.${clip}.${index}.${look.regionsKey}.${this.#restart}.${look.attempt}`;
    return outgoing(Look, { clip, index }, body, { id, parent: this.#arrival.traceparent });
  }

  async #followBoxes(): Promise<void> {
    const { clip } = this.#arrival.body;
    for await (const { body } of this.#bus.follow(Boxes, { clip }, { signal: this.#signal })) {
      if ((body.restart ?? 0) !== this.#restart) continue; // perhaps of a frame that was gone
      if (body.index < this.#from) continue;
      const look = this.#pending.get(body.index);
      if (look?.regionsKey !== jsonId(body.regions)) {
        this.#early.set(body.index, [...(this.#early.get(body.index) ?? []), body]);
      } else if (!look.answer) {
        look.answer = body;
        this.#changes.notify();
      }
    }
  }
}
