/**
 * Lets work that runs by itself (a training, a loop that waits for answers) send messages at any time, while all of them
 * leave by the handler's `yield`.
 */
import { Condition } from '../condition.ts';

/** Puts an item behind those that wait; resolves when it has been taken, which slows the sender to the taker's pace. */
export type Send<T> = (item: T) => Promise<void>;

interface Waiting<T> {
  readonly item: T;
  readonly taken: () => void;
  readonly refused: (reason: unknown) => void;
}

/** A queue between one or more senders and one taker, who iterates over it. */
export class Channel<T> implements AsyncIterable<T> {
  readonly #waiting: Waiting<T>[] = [];
  readonly #change = new Condition();
  #isEnded = false;
  #refusal: { readonly reason: unknown } | undefined;

  /** @throws the reason of {@link refuse}; TypeError after {@link end} */
  readonly send: Send<T> = (item) =>
    new Promise((taken, refused) => {
      if (this.#refusal) return refused(this.#refusal.reason);
      if (this.#isEnded) return refused(new TypeError('this channel has ended: nothing can be sent'));
      this.#waiting.push({ item, taken, refused });
      this.#change.notifyAll();
    });

  /** Nothing more will be sent: the iteration ends behind what still waits. */
  end(): void {
    this.#isEnded = true;
    this.#change.notifyAll();
  }

  /** Nothing more will be taken: whoever sends, or waits to be taken, gets the reason. */
  refuse(reason: unknown): void {
    this.#refusal = { reason };
    for (const { refused } of this.#waiting.splice(0)) refused(reason);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const next = this.#waiting.shift();
      if (next) {
        next.taken();
        yield next.item;
      } else {
        if (this.#isEnded) return;
        await this.#change.wait();
      }
    }
  }
}

/**
 * Yields what the work sends while it runs, in order, and returns its result:
 * `const model = yield* messagesOf((send, signal) => train({ onEpoch: (row) => send(progress(row)), signal }), signal)`.
 * @param work its signal is aborted with `signal`, and when the messages are taken no further; it is waited for
 * @throws what the work throws, behind all that it sent
 */
export async function* messagesOf<T, R>(
  work: (send: Send<T>, signal: AbortSignal) => Promise<R>,
  signal: AbortSignal,
): AsyncGenerator<T, R, void> {
  const channel = new Channel<T>();
  const left = new AbortController();
  const working = work(channel.send, AbortSignal.any([signal, left.signal])).finally(() => channel.end());
  working.catch(() => {}); // it is awaited below, behind its messages
  let isDone = false;
  try {
    yield* channel;
    const result = await working;
    isDone = true;
    return result;
  } finally {
    if (!isDone) {
      const reason = new Error('the messages are taken no further');
      channel.refuse(reason);
      left.abort(reason);
      await working.catch(() => {}); // nothing of it goes on after its handler
    }
  }
}
