/** Where a stage's work comes from: the name of its durable consumer follows from the stage and the message. */
import { subjectOf } from '../../../schemas/message.ts';
import type { WorkSource } from '../bus/work.ts';
import type { Take } from './stage.ts';

/** E.g. LOOKS, `look.*.*`, durable `detector_look`. */
export function sourceOf(stage: string, { type, leaseS }: Take): WorkSource {
  const subject = subjectOf(type);
  const durable = `${stage}_${subject.replace(/\.\*/g, '').replace(/\./g, '_')}`;
  return { stream: type.stream, subject, durable, leaseS };
}
