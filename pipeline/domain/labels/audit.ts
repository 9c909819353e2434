/** What a random sample says of labels that nobody looks at any more: how many are wrong, how many animals were missed. */
import type { LabelAudited } from '../../../schemas/label-audited.ts';
import { wilsonInterval } from '../statistics/wilson.ts';

/** A share with its 95 % interval (Wilson), and how many questions it rests on. */
export interface AuditShare {
  readonly share: number;
  readonly low: number;
  readonly high: number;
  readonly asked: number;
}

export interface AuditEstimates {
  /** Of the accepted labels; null until {@link LEAST_ASKED} were asked for. */
  readonly wrongLabels: AuditShare | null;
  /** Of the frames without labels; null as above. */
  readonly missedAnimals: AuditShare | null;
  /** Boxes that were put where no animal is, and how many were said to be wrong. */
  readonly planted: { readonly shown: number; readonly noticed: number };
}

/** Fewer say nothing: their interval is half of all there is. */
export const LEAST_ASKED = 10;
/** Older answers are about labels that were put right since, because of them. */
export const LATEST_ASKED = 200;

/** What is asked about. */
export type AuditSubject = Pick<LabelAudited, 'clip' | 'index' | 'track'>;

/** Answers, added in the order of the log; the last one about a subject counts. */
export class AuditAnswers {
  /** By subject, the one that was answered last at the end. */
  readonly #last = new Map<string, LabelAudited>();

  add(answer: LabelAudited): void {
    const key = auditKey(answer);
    this.#last.delete(key);
    this.#last.set(key, answer);
  }

  has(subject: AuditSubject): boolean {
    return this.#last.has(auditKey(subject));
  }

  /**
   * Wrong labels count as they were when they were asked for: who puts them right since has a sample without errors, and
   * labels that still have as many.
   */
  estimates(): AuditEstimates {
    const answers = [...this.#last.values()];
    const planted = answers.filter((answer) => answer.planted);
    const asked = answers.filter((answer) => !answer.planted);
    return {
      wrongLabels: shareOf(asked.filter(({ track }) => track !== null)),
      missedAnimals: shareOf(asked.filter(({ track }) => track === null)),
      planted: { shown: planted.length, noticed: planted.filter(({ right }) => !right).length },
    };
  }
}

/** How many of the latest are not right. */
function shareOf(answers: readonly LabelAudited[]): AuditShare | null {
  const latest = answers.slice(-LATEST_ASKED);
  if (latest.length < LEAST_ASKED) return null;
  const share = latest.filter(({ right }) => !right).length / latest.length;
  const [low, high] = wilsonInterval(share, latest.length);
  return { share, low, high, asked: latest.length };
}

/** Its name. */
export function auditKey({ clip, index, track }: AuditSubject): string {
  return `${clip}.${index}.${track ?? 'frame'}`;
}
