/** Another process that does what it is asked, one thing at a time. */
import { type ChildProcess, fork } from 'node:child_process';
import { reasonOf } from '../../pipeline/runtime/errors.ts';

type Reply = { readonly result: unknown } | { readonly error: string };

export class BenchProcess {
  readonly #child: ChildProcess;

  /** @param module its path; it calls {@link serve} */
  constructor(module: string) {
    this.#child = fork(module);
  }

  /** @throws Error where it fails or dies */
  async ask(request: unknown): Promise<unknown> {
    const reply = await new Promise<Reply>((resolve) => {
      const died = (code: number | null) => resolve({ error: `a bench process ended with code ${code}` });
      this.#child.once('exit', died);
      this.#child.once('message', (message) => {
        this.#child.off('exit', died);
        resolve(message as Reply); // serve() sends nothing else
      });
      this.#child.send(request as object); // what JSON can carry
    });
    if ('error' in reply) throw new Error(reply.error);
    return reply.result;
  }

  stop(): void {
    this.#child.kill();
  }
}

/** In the process itself: answers requests until the parent is gone. */
export function serve(answer: (request: unknown) => Promise<unknown>): void {
  process.on('message', async (request) => {
    let reply: Reply;
    try {
      reply = { result: await answer(request) };
    } catch (error) {
      reply = { error: reasonOf(error) };
    }
    process.send?.(reply);
  });
  process.on('disconnect', () => process.exit());
}
