/** Where a stage's work comes from. The runner, the permissions and the AsyncAPI document all ask here. */
import { subjectOf } from '../../../schemas/message.ts';
import type { WorkSource } from '../bus/work.ts';
import type { Take } from './stage.ts';

/** E.g. LOOKS, `look.*.*`, durable `detector_look`: the name follows from the stage and the message's subject. */
export function workSource(stage: string, { type, ackWaitS }: Take): WorkSource {
  const subject = subjectOf(type);
  const durable = `${stage}_${subject.replace(/\.\*/g, '').replace(/\./g, '_')}`;
  return { stream: type.stream, subject, durable, ackWaitS };
}
