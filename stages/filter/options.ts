import Type, { type Static } from 'typebox';

const { Number: Num, Literal, Union } = Type;

export const FilterOptions = Type.Object(
  {
    review: Union([Literal('auto'), Literal('studio')], {
      default: 'studio',
      description:
        'Who decides: auto accepts labels below the bound and rejects the others; studio leaves them to a person',
    }),
    acceptBelow: Num({
      default: 0.6,
      minimum: 0,
      maximum: 1,
      description: 'Risk below which automatic review accepts',
    }),
    heldOutShare: Num({
      default: 0.2,
      minimum: 0,
      maximum: 0.5,
      description: 'Share of a clip’s labels, in runs of neighbouring frames, that scores are measured on',
    }),
    studioPort: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 65_535,
      description: 'Port of the studio, the page where a person draws and reviews; 0: none is served',
    }),
    studioHost: Type.String({
      default: '127.0.0.1',
      description: 'Address that the studio listens on; 0.0.0.0 lets others in who know the token',
    }),
    studioToken: Type.String({
      default: '',
      description: 'What lets a person into the studio, at least 16 characters; keep it secret',
    }),
    project: Type.String({ default: 'shika', maxLength: 128, description: 'What the studio calls this job' }),
    seed: Type.Integer({
      default: 1,
      minimum: 0,
      maximum: 1_000_000_000,
      description: 'Of trainings that the studio begins, and of what its audit asks for',
    }),
    steps: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 1_000_000,
      description: 'Of trainings that the studio begins; 0: as many as the recipe says',
    }),
  },
  { additionalProperties: false },
);
export type FilterOptions = Static<typeof FilterOptions>;
