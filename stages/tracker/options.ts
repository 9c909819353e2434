import Type, { type Static } from 'typebox';

const { Integer, Number: Num } = Type;

/** The configuration's section `tracker`. */
export const TrackerOptions = Type.Object(
  {
    clips: Integer({
      default: 8,
      minimum: 1,
      maximum: 256,
      description: 'Clips that one process tracks at once',
    }),
    method: Type.Union([Type.Literal('hindsight'), Type.Literal('note')], {
      default: 'hindsight',
      description:
        'note: the plain loop, each frame decided by what came before it; hindsight: by what comes after it, too',
    }),
    window: Integer({
      default: 48,
      minimum: 2,
      maximum: 200,
      description: 'Frames that hindsight waits for before a label is published',
    }),
    sureScore: Num({
      default: 0.4,
      minimum: 0,
      maximum: 1,
      description: 'Score from which hindsight takes a detection for sure',
    }),
    lookahead: Integer({
      default: 8,
      minimum: 1,
      maximum: 256,
      description: 'Frames that are looked at before their turn, in today’s search region; 1: the plain loop',
    }),
    regionSide: Integer({
      default: 416,
      minimum: 64,
      maximum: 4096,
      description: 'Least side of a search region, pixels',
    }),
    regionScale: Num({
      default: 1.5,
      minimum: 1,
      maximum: 8,
      description: 'A search region’s side is at least this many times the box’s longer side',
    }),
    minScore: Num({
      default: 0.25,
      minimum: 0,
      maximum: 1,
      description: 'Least score of a box that continues a track',
    }),
    weakScore: Num({
      default: 0.1,
      minimum: 0,
      maximum: 1,
      description: 'The same where the box overlaps the tracked one by half',
    }),
    seedScore: Num({
      default: 0.5,
      minimum: 0,
      maximum: 1,
      description: 'Least score of a box that begins a track',
    }),
    seedEvery: Integer({
      default: 6,
      minimum: 1,
      maximum: 10_000,
      description: 'Frames between looks for new animals',
    }),
    seekEvery: Integer({
      default: 12,
      minimum: 1,
      maximum: 10_000,
      description:
        'The same with hindsight while all animals that a person drew are followed; the note looks for none',
    }),
    lostAfter: Integer({
      default: 240,
      minimum: 1,
      maximum: 1_000_000,
      description:
        'Frames without a detection that end a track; one that the detector began, no more than it was seen',
    }),
    leftAfter: Integer({
      default: 12,
      minimum: 1,
      maximum: 1_000_000,
      description: 'The same where the box has come to the picture’s edge, or lies in that of another animal',
    }),
    differenceThreshold: Integer({
      default: 12,
      minimum: 1,
      maximum: 255,
      description: 'Grey levels that count as changed at least; more where the picture is noisy',
    }),
    checkpointEvery: Integer({
      default: 16,
      minimum: 1,
      maximum: 10_000,
      description: 'Frames between checkpoints',
    }),
    answerS: Num({
      default: 20,
      minimum: 0.1,
      maximum: 3600,
      description: 'Seconds after which an unanswered look is sent again',
    }),
  },
  { additionalProperties: false },
);
export type TrackerOptions = Static<typeof TrackerOptions>;
