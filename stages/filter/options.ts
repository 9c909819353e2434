import Type, { type Static } from 'typebox';

const { Number: Num, Literal, Union } = Type;

export const FilterOptions = Type.Object(
  {
    review: Union([Literal('auto'), Literal('ui')], {
      default: 'ui',
      description:
        'Who decides: auto accepts labels below the bound and rejects the others; ui leaves them to a person',
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
  },
  { additionalProperties: false },
);
export type FilterOptions = Static<typeof FilterOptions>;
