import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, CameraId, ClipId, TrackId } from './terms.ts';

export const ClipFiltered = message({
  type: 'shika.clip.filtered.v1',
  summary: 'The clip’s labels are ranked by risk and open for review',
  stream: 'CLIPS',
  subject: 'clip.filtered.{camera}.{clip}',
  once: true,
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      labels: Type.Integer({ minimum: 0 }),
      risky: Type.Integer({
        minimum: 0,
        description: 'Labels whose risk is at least the bound of automatic review',
      }),
      decided: Type.Integer({ minimum: 0, description: 'Labels that are not pending any more' }),
      still: Type.Optional(
        Type.Array(Type.Object({ track: TrackId, spot: Box }, { additionalProperties: false }), {
          description: 'Tracks that stood at one spot all the time: in clip after clip, a stone',
        }),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      labels: 402,
      risky: 17,
      decided: 402,
      still: [{ track: 2, spot: [12, 200, 40, 31] }],
    },
    invalid: {
      'labels is a fraction': { clip: '0123456789abcdef', camera: 'a', labels: 1.5, risky: 0, decided: 0 },
      'no clip': { camera: 'a', labels: 1, risky: 0, decided: 0 },
    },
  },
});
export type ClipFiltered = Body<typeof ClipFiltered>;
