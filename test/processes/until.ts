/** Waiting for what nobody tells of: the one place in the tests that asks again after a while. */

const AGAIN_MS = 20;

/**
 * Resolves as soon as something holds. What tells of itself (a line that is printed, a message, an exit) is waited for
 * itself; this is for the state of other processes and of the server.
 * @param what names it in the error
 * @throws where it does not hold after `ms`
 */
export async function until(
  holds: () => boolean | Promise<boolean>,
  what: string,
  ms = 60_000,
): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > deadline) throw new Error(`not in ${ms} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
  }
}
