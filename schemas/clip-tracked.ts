import Type from 'typebox';
import { type Body, message } from './message.ts';
import {
  CameraId,
  Causes,
  ClipId,
  Damage,
  FrameRuns,
  Ledger,
  RecordedAt,
  SceneEvent,
  TrackSpan,
} from './terms.ts';

export const ClipTracked = message({
  type: 'shika.clip.tracked.v1',
  summary: 'Every frame of the clip is labelled or accounted for',
  stream: 'CLIPS',
  subject: 'clip.tracked.{camera}.{clip}',
  once: true,
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1 }),
      width: Type.Integer({ minimum: 1 }),
      height: Type.Integer({ minimum: 1 }),
      fps: Type.Number({ exclusiveMinimum: 0 }),
      recordedAt: Type.Optional(RecordedAt),
      tracks: Type.Array(TrackSpan),
      causes: Causes,
      ledger: Ledger,
      looked: Type.Optional(FrameRuns),
      damage: Type.Optional(Damage),
      scene: Type.Optional(
        Type.Array(SceneEvent, { description: 'What changed the whole picture; absent where nothing did' }),
      ),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'deer.mp4',
      width: 640,
      height: 360,
      fps: 23.976,
      recordedAt: { time: '2024-05-12T06:30:15.000+09:00', source: 'container' },
      tracks: [{ track: 1, label: 'deer', first: 0, last: 401 }],
      causes: { hand: 1, detected: 382, followed: 6, interpolated: 2, moved: 6, held: 5 },
      ledger: { decoded: 402, labelled: 402, empty: 0, skipped: {}, dead: 0 },
      looked: [[0, 401, 1]],
    },
    invalid: {
      'no ledger': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        width: 1,
        height: 1,
        fps: 1,
        tracks: [],
        causes: { hand: 0, detected: 0, followed: 0, interpolated: 0, moved: 0, held: 0 },
      },
      'negative count': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        width: 1,
        height: 1,
        fps: 1,
        tracks: [],
        causes: { hand: 0, detected: 0, followed: 0, interpolated: 0, moved: 0, held: 0 },
        ledger: { decoded: 1, labelled: -1, empty: 0, skipped: {}, dead: 0 },
      },
    },
  },
});
export type ClipTracked = Body<typeof ClipTracked>;
