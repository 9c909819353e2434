import Type from 'typebox';
import { type Body, message } from './message.ts';
import { Box, CameraId, ClassLabel, ClipId, FrameIndex, RecordedAt, TrackId } from './terms.ts';

/** A box drawn by hand on a frame of the clip: a track's anchor. */
export const Anchor = Type.Object(
  { frame: FrameIndex, track: TrackId, box: Box, label: ClassLabel },
  { additionalProperties: false },
);

export const ClipArrived = message({
  type: 'shika.clip.arrived.v1',
  summary: 'A clip is there to be decoded and tracked',
  stream: 'CLIPS',
  subject: 'clip.arrived.{camera}.{clip}',
  once: true,
  body: 'json',
  schema: Type.Object(
    {
      clip: ClipId,
      camera: CameraId,
      file: Type.String({ minLength: 1, description: 'The clip’s name, as its user knows it' }),
      source: Type.String({ minLength: 1, description: 'Path or stream address that the decoder opens' }),
      recordedAt: Type.Optional(RecordedAt),
      anchors: Type.Array(Anchor, { description: 'Boxes drawn by hand on this clip' }),
    },
    { additionalProperties: false },
  ),
  examples: {
    valid: {
      clip: '0123456789abcdef',
      camera: 'north-gate',
      file: 'deer.mp4',
      source: '/clips/deer.mp4',
      recordedAt: { time: '2024-05-12T06:30:15.000+09:00', source: 'container' },
      anchors: [{ frame: 0, track: 1, box: [407, 62, 165, 217], label: 'deer' }],
    },
    invalid: {
      'time without a zone': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        source: '/d.mp4',
        recordedAt: { time: '2024-05-12T06:30:15', source: 'name' },
        anchors: [],
      },
      'clip is no digest': { clip: 'deer', camera: 'a', file: 'deer.mp4', source: '/deer.mp4', anchors: [] },
      'camera has a dot': {
        clip: '0123456789abcdef',
        camera: 'a.b',
        file: 'd.mp4',
        source: '/d.mp4',
        anchors: [],
      },
      'anchor box has no width': {
        clip: '0123456789abcdef',
        camera: 'a',
        file: 'd.mp4',
        source: '/d.mp4',
        anchors: [{ frame: 0, track: 1, box: [1, 1, 0, 5], label: 'deer' }],
      },
      'source is missing': { clip: '0123456789abcdef', camera: 'a', file: 'd.mp4', anchors: [] },
    },
  },
});
export type ClipArrived = Body<typeof ClipArrived>;
export type Anchor = ClipArrived['anchors'][number];
