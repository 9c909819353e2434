/** Tiny stages: they take the looks of one clip, so that tests on one server do not meet. */
import Type from 'typebox';
import type { Incoming, Outgoing } from '../../pipeline/runtime/bus/envelope.ts';
import {
  type BatchHandler,
  type Commit,
  type Context,
  type EachHandler,
  handler,
  type Stage,
  stage,
} from '../../pipeline/runtime/stage/stage.ts';
import { Look } from '../../schemas/look.ts';
import type { MessageType } from '../../schemas/message.ts';
import { Progress } from '../../schemas/progress.ts';
import { progress } from './testbed.ts';

type LookType = typeof Look;
export type LookInput = Incoming<LookType>;

export interface TinyOptions {
  readonly attempts?: number;
  readonly ackWaitS?: number;
  readonly concurrency?: number;
  readonly onDead?: (input: LookInput, reason: string) => Outgoing[];
}

/** {@link Look}, of one clip only: the worker's subject and durable follow from it. */
function looksOf(clip: string): LookType {
  return { ...Look, subject: `look.${clip}.{index}` };
}

type Each = (input: LookInput, answer: () => Outgoing, context: Context) => AsyncIterable<Outgoing | Commit>;

/** Answers each look of a clip; `answer()` is progress of the job that is called as the clip. */
export function answering(clip: string, options: TinyOptions, each: Each): Stage {
  const answerTo = (input: LookInput) => () => progress(clip, input.body.index);
  return tiny(clip, options, {
    concurrency: options.concurrency ?? 1,
    each: (input, context) => each(input, answerTo(input), context),
  });
}

/** The same in batches. */
export function answeringBatches(
  clip: string,
  size: number,
  options: TinyOptions,
  batch: BatchHandler<LookType>['batch'],
): Stage {
  return tiny(clip, options, { size, batch });
}

function tiny(
  clip: string,
  { attempts = 3, ackWaitS = 30, onDead }: TinyOptions,
  how: Pick<EachHandler<LookType>, 'concurrency' | 'each'> | Pick<BatchHandler<LookType>, 'size' | 'batch'>,
): Stage {
  const take = { type: looksOf(clip), ackWaitS, attempts };
  const gives: readonly MessageType[] = [Progress];
  return stage({
    name: 'detector',
    summary: 'Answers looks',
    guarantee: 'None',
    options: Type.Object({}),
    takes: [take],
    gives,
    reads: [],
    keeps: {},
    start: async () => ({ handlers: [handler({ take, ...(onDead ? { onDead } : {}), ...how })] }),
  });
}
