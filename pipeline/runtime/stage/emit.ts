/** Publishes a handler's messages, several in flight at once, and resolves when the server has all of them. */
import type { Outgoing } from '../bus/envelope.ts';
import type { Commit } from './stage.ts';

const MOST_IN_FLIGHT = 16;

/**
 * Publishes in order of arrival; a {@link Commit} runs when all before it are stored, and holds back all behind it.
 * @param publish rejects only where repeating can't help, or when the process stops; the first rejection ends all
 */
export async function emit(
  messages: AsyncIterable<Outgoing | Commit> | Iterable<Outgoing | Commit>,
  publish: (message: Outgoing) => Promise<unknown>,
): Promise<void> {
  const inFlight = new Set<Promise<void>>();
  let failure: { error: unknown } | undefined;
  const settled = async () => {
    await Promise.all(inFlight);
    if (failure) throw failure.error;
  };
  try {
    for await (const message of messages) {
      if ('commit' in message) {
        await settled();
        await message.commit();
        continue;
      }
      const sent: Promise<void> = publish(message)
        .then(
          () => {},
          (error: unknown) => {
            failure ??= { error };
          },
        )
        .finally(() => inFlight.delete(sent));
      inFlight.add(sent);
      if (inFlight.size >= MOST_IN_FLIGHT) await Promise.race(inFlight);
      if (failure) break;
    }
  } finally {
    await Promise.all(inFlight); // also where the handler threw: nothing of it may appear after its dead letter
  }
  await settled();
}
