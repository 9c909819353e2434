import Type, { type Static } from 'typebox';
import { type Body, message } from './message.ts';
import {
  ActionId,
  Box,
  ClassLabel,
  ClipId,
  DecidedAt,
  FrameIndex,
  Reviewer,
  TookMs,
  TrackId,
} from './terms.ts';

/** A box that a person drew on a frame; with `track` where it belongs to one of several animals. */
export const DrawnBox = Type.Object(
  { box: Box, label: ClassLabel, track: Type.Optional(TrackId) },
  { additionalProperties: false },
);
export type DrawnBox = Static<typeof DrawnBox>;

/**
 * Everything that a person drew on one frame. The log is only appended to: the last message that stands is the frame;
 * `undone` takes an action back, `redone` lets it stand again.
 */
export const LabelDrawn = message({
  type: 'shika.label.drawn.v1',
  summary: 'What a person drew on a frame',
  stream: 'LABELS',
  subject: 'label.drawn.{clip}.{index}',
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      index: FrameIndex,
      width: Type.Integer({ minimum: 1, description: 'Of the frame, pixels' }),
      height: Type.Integer({ minimum: 1, description: 'Of the frame, pixels' }),
      decision: Type.Union([Type.Literal('drawn'), Type.Literal('undone'), Type.Literal('redone')]),
      boxes: Type.Union([Type.Array(DrawnBox, { maxItems: 200 }), Type.Null()], {
        description: 'All of them; none: no animal is here; null: what was drawn is taken away',
      }),
      action: ActionId,
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
      width: 640,
      height: 360,
      decision: 'drawn',
      boxes: [{ box: [407, 62, 165, 217], label: 'deer' }],
      action: '3f0d4ee2-9a5e-4a57-8f0c-2b3c9d1f7a10',
      by: 'mika',
      at: '2026-11-01T09:00:00.000Z',
      tookMs: 4200,
    },
    invalid: {
      'nobody drew': {
        clip: '0123456789abcdef',
        index: 7,
        width: 640,
        height: 360,
        decision: 'drawn',
        boxes: [],
        action: 'a',
        by: '',
        at: '2026-11-01T09:00:00.000Z',
      },
      'box has no width': {
        clip: '0123456789abcdef',
        index: 7,
        width: 640,
        height: 360,
        decision: 'drawn',
        boxes: [{ box: [1, 1, 0, 5], label: 'deer' }],
        action: 'a',
        by: 'mika',
        at: '2026-11-01T09:00:00.000Z',
      },
    },
  },
});
export type LabelDrawn = Body<typeof LabelDrawn>;
