import Type, { type Static } from 'typebox';

const { Integer, Number: Num, Literal, Union } = Type;

export const DecoderOptions = Type.Object(
  {
    clips: Integer({
      default: 1,
      minimum: 1,
      maximum: 64,
      description: 'Clips that one process decodes at once',
    }),
    quality: Integer({ default: 90, minimum: 1, maximum: 100, description: 'JPEG quality of the frames' }),
    maxFrameKiB: Integer({
      default: 300,
      minimum: 16,
      maximum: 7_000,
      description: 'Largest frame, KiB; a larger one is coded more coarsely',
    }),
    stride: Integer({
      default: 1,
      minimum: 1,
      maximum: 10_000,
      description: 'Look at every n-th frame',
    }),
    fps: Num({
      default: 0,
      minimum: 0,
      maximum: 1000,
      description: 'Frames a second that are looked at; 0: all',
    }),
    ahead: Integer({
      default: 256,
      minimum: 32,
      maximum: 100_000,
      description: 'Frames that the decoder may be ahead of the tracker',
    }),
    streamTimeoutS: Num({
      default: 10,
      minimum: 1,
      maximum: 600,
      description:
        'How long a source that is an address (rtsp://, http://) may be silent, s; its next picture may take three times as long',
    }),
    policy: Union([Literal('wait'), Literal('skip')], {
      default: 'wait',
      description:
        'What a decoder that is too far ahead does: wait (files), or skip frames and count them (live)',
    }),
  },
  { additionalProperties: false },
);
export type DecoderOptions = Static<typeof DecoderOptions>;
