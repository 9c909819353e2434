/** Which camera a message is of, as far as the message itself says it. */
import type { MessageType } from '../../../schemas/message.ts';

/** The camera's name; '' where the message is of none (a job), or does not say it. */
export function cameraOf(type: MessageType, subject: string, body: unknown): string {
  const { camera, frame } = body as { camera?: unknown; frame?: unknown }; // bodies are objects, just checked
  if (typeof camera === 'string') return camera;
  const tokens = subject.split('.');
  const named = tokens[type.subject.split('.').indexOf('{camera}')];
  if (named !== undefined) return named;
  // A look names its frame by its subject, frame.<camera>.<clip>.<index>.
  return typeof frame === 'string' ? (frame.split('.')[1] ?? '') : '';
}
