import Type, { type Static } from 'typebox';
import { BackendOption } from '../../pipeline/domain/models/backend/options.ts';

const { Literal } = Type;

/** The configuration's section `explainer`. */
export const ExplainerOptions = Type.Object(
  {
    backend: BackendOption,
    colours: Type.Union([Literal('jet'), Literal('turbo'), Literal('viridis')], {
      default: 'jet',
      description: 'Colours of the maps; jet is OpenCV’s, the others are even to the eye',
    }),
  },
  { additionalProperties: false },
);
export type ExplainerOptions = Static<typeof ExplainerOptions>;
