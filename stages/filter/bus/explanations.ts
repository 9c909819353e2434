/** Why a model decided as it did: asked of the explainer once for each label and model, then answered from the bus. */
import { explainQuestion } from '../../../pipeline/domain/labels/explain-question.ts';
import type { ReviewedLabel } from '../../../pipeline/domain/labels/review.ts';
import { activeModel } from '../../../pipeline/domain/models/registry.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { UsageError } from '../../../pipeline/runtime/errors.ts';
import { runOrJoinJob } from '../../../pipeline/runtime/jobs/job.ts';
import { jobKey } from '../../../pipeline/runtime/jobs/pending-job.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { Why } from '../studio/api.ts';
import type { PictureSource, Pictures } from './pictures.ts';

/** How long a person waits, ms; the explainer goes on, and who asks again is told what it found. */
const WAIT_MS = 30_000;

export class Explanations {
  readonly #bus: Bus;
  readonly #pictures: Pictures;
  readonly #log: Logger;
  readonly #waitMs: number;
  /** By question: two people who ask the same at once are one. */
  readonly #asking = new Map<string, Promise<Why | null>>();

  constructor(bus: Bus, pictures: Pictures, log: Logger, waitMs = WAIT_MS) {
    this.#bus = bus;
    this.#pictures = pictures;
    this.#log = log;
    this.#waitMs = waitMs;
  }

  /**
   * @param source of the label's clip
   * @returns null where it takes longer than a person waits
   * @throws UsageError where no model decided on the label, or none is active
   * @throws PoisonError where the explainer can't explain it, with its reason
   */
  async why(label: ReviewedLabel, source: PictureSource): Promise<Why | null> {
    if (label.track.cause === 'hand')
      throw new UsageError('this box was drawn by hand: no model decided on it');
    const active = await activeModel(this.#bus, 'detector');
    if (!active)
      throw new UsageError('there is no active detector to explain', { expected: 'a training first' });
    const question = explainQuestion(label, active.model);
    const key = jobKey('explain', question);
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#ask(question, source).finally(() => this.#asking.delete(key));
      this.#asking.set(key, asking);
    }
    return asking;
  }

  /** The PNG of an explanation; null where there is none. */
  figure(job: string): Promise<Uint8Array | null> {
    return this.#bus.objects.get('explanations', `${job}/figure.png`);
  }

  async #ask(question: ReturnType<typeof explainQuestion>, source: PictureSource): Promise<Why | null> {
    const signal = AbortSignal.timeout(this.#waitMs);
    const { clip, index } = question;
    try {
      if (!(await this.#pictures.keep(source, index, signal))) return null;
      const { result } = await runOrJoinJob(this.#bus, 'explain', question, { signal, orDone: true });
      const { explanation, evidence, says } = result;
      return { figure: `/explanations/${explanation}/figure.png`, evidence, says };
    } catch (error) {
      if (!signal.aborted) throw error;
      this.#log.warn({ clip, index }, 'the explainer has not answered in time');
      return null;
    }
  }
}
