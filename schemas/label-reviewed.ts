import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, FrameIndex, TrackId } from './terms.ts';

/**
 * One decision of a person (or of automatic review) on a run of a track's labels. The log is only appended to: for each
 * frame the last decision that stands wins. `undone` takes an action back, `redone` lets it stand again, where it stood.
 */
export const LabelReviewed = message({
  type: 'shika.label.reviewed.v1',
  summary: 'A decision on a run of a track’s labels',
  stream: 'LABELS',
  subject: 'label.reviewed.{clip}.{track}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      track: TrackId,
      from: FrameIndex,
      to: Type.Integer({ minimum: 0, description: 'Last frame of the run, included' }),
      decision: Type.Union([
        Type.Literal('accepted'),
        Type.Literal('rejected'),
        Type.Literal('corrected'),
        Type.Literal('undone'),
        Type.Literal('redone'),
      ]),
      action: Type.Optional(
        Type.String({
          minLength: 1,
          maxLength: 128,
          description:
            'What was done in one go: all its runs have it. Of undone and redone: the action that is taken back or stands again on this track',
        }),
      ),
      box: Type.Optional(Box),
      by: Type.String({
        minLength: 1,
        maxLength: 64,
        description: 'Who decided; "auto" for automatic review',
      }),
      at: Type.String({ pattern: '^\\d{4}-\\d\\d-\\d\\dT', description: 'When, ISO 8601' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      track: 1,
      from: 10,
      to: 24,
      decision: 'rejected',
      action: '3f0d4ee2-9a5e-4a57-8f0c-2b3c9d1f7a10',
      by: 'mika',
      at: '2026-11-01T09:00:00.000Z',
    },
    invalid: {
      'unknown decision': {
        clip: '0123456789abcdef',
        track: 1,
        from: 0,
        to: 0,
        decision: 'maybe',
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
      'nobody decided': {
        clip: '0123456789abcdef',
        track: 1,
        from: 0,
        to: 0,
        decision: 'accepted',
        by: '',
        at: '2026-11-01T09:00:00.000Z',
      },
    },
  },
});
export type LabelReviewed = Body<typeof LabelReviewed>;
