import Type from 'typebox';
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
      decision: Type.Union(
        [
          Type.Literal('accepted'),
          Type.Literal('rejected'),
          Type.Literal('corrected'),
          Type.Literal('classed'),
          Type.Literal('assigned'),
          Type.Literal('replaced'),
          Type.Literal('asked'),
          Type.Literal('undone'),
          Type.Literal('redone'),
        ],
        {
          description:
            'classed: it is another animal’s class; assigned: it belongs to another track; replaced: the tracker was asked again, and these labels give way; asked: the animal is followed anew from here, and its labels will come as this track',
        },
      ),
      action: Type.Optional(ActionId),
      box: Type.Optional(Box),
      label: Type.Optional(ClassLabel),
      into: Type.Optional(TrackId),
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
