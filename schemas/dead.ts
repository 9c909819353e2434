import Type from 'typebox';
import { type Body, message } from './message.ts';

/** The body is the message's own, untouched, so that it can be replayed; these facts travel as a header. */
export const Dead = message({
  type: 'shika.dead.v1',
  summary: 'A message that a stage gave up on, with its payload',
  stream: 'DEAD',
  subject: 'dead.{stage}.{subject>}',
  body: 'bytes',
  schema: Type.Object(
    {
      stage: Type.String({ minLength: 1 }),
      subject: Type.String({ minLength: 1, description: 'Where the message was published' }),
      type: Type.String({ description: 'Its CloudEvents type; empty where it had none' }),
      reason: Type.String({ minLength: 1 }),
      attempts: Type.Integer({ minimum: 1 }),
      at: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT', description: 'When, ISO 8601' }),
      headers: Type.Record(Type.String(), Type.String(), { description: 'The message’s own headers' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      stage: 'detector',
      subject: 'look.0123456789abcdef.7',
      type: 'shika.look.v1',
      reason: 'frame 7: not a JPEG',
      attempts: 1,
      at: '2026-11-01T09:00:00.000Z',
      headers: {},
    },
    invalid: {
      'no reason': {
        stage: 'detector',
        subject: 'look.a.7',
        type: '',
        reason: '',
        attempts: 1,
        at: '2026-11-01T09:00:00.000Z',
        headers: {},
      },
      'never tried': {
        stage: 'detector',
        subject: 'look.a.7',
        type: '',
        reason: 'x',
        attempts: 0,
        at: '2026-11-01T09:00:00.000Z',
        headers: {},
      },
    },
  },
});
export type Dead = Body<typeof Dead>;
