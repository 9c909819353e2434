import Type, { type Static } from 'typebox';
import { BackendOption } from '../../pipeline/domain/models/backend/options.ts';

const { Integer, Number: Num } = Type;

/** The configuration's section `detector`. */
export const DetectorOptions = Type.Object(
  {
    backend: BackendOption,
    batch: Integer({
      default: 0,
      minimum: 0,
      maximum: 256,
      description: 'Looks that are done together; 0: what suits the backend (wasm 1, native 4, gpu 16)',
    }),
    minScore: Num({
      default: 0.05,
      minimum: 0,
      maximum: 1,
      description: 'Least score of a box that is reported',
    }),
    most: Integer({
      default: 50,
      minimum: 1,
      maximum: 1000,
      description: 'Boxes that are reported for a region at most',
    }),
  },
  { additionalProperties: false },
);
export type DetectorOptions = Static<typeof DetectorOptions>;
