import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, ClipId, DecidedAt, FrameIndex, Reviewer, TookMs, TrackId } from './terms.ts';

/**
 * A person's answer to a question of the audit: whether a label that was accepted is right, or whether there is no animal
 * in a frame without labels. It is no decision: the labels stay as they are. The last answer to a question counts.
 */
export const LabelAudited = message({
  type: 'shika.label.audited.v1',
  summary: 'A person’s answer about a label, or a frame, that nobody chose',
  stream: 'LABELS',
  subject: 'label.audited.{clip}.{index}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      track: Type.Union([TrackId, Type.Null()], {
        description: 'As the tracker called it; null: a frame without labels',
      }),
      box: Type.Union([Box, Type.Null()], { description: 'As it was shown; null: a frame without labels' }),
      planted: Type.Boolean({
        description: 'The box was put where no animal is, to see whether that is noticed',
      }),
      right: Type.Boolean({ description: 'The box is right; there is no animal in the frame' }),
      by: Reviewer,
      at: DecidedAt,
      tookMs: Type.Optional(TookMs),
      key: Type.Optional(Type.String({ maxLength: 32, description: 'The key or gesture that decided it' })),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      index: 7,
      track: 1,
      box: [407, 62, 165, 217],
      planted: false,
      right: true,
      by: 'mika',
      at: '2026-11-01T09:00:00.000Z',
      tookMs: 1100,
      key: 'Y',
    },
    invalid: {
      'nobody answered': {
        clip: '0123456789abcdef',
        index: 7,
        track: null,
        box: null,
        planted: false,
        right: true,
        by: '',
        at: '2026-11-01T09:00:00.000Z',
      },
      'no answer': {
        clip: '0123456789abcdef',
        index: 7,
        track: 1,
        box: [407, 62, 165, 217],
        planted: false,
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
      'unknown key': {
        clip: '0123456789abcdef',
        index: 7,
        track: null,
        box: null,
        planted: false,
        right: false,
        sure: true,
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
    },
  },
});
export type LabelAudited = Body<typeof LabelAudited>;
