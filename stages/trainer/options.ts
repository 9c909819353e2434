import Type, { type Static } from 'typebox';
import { BackendOption } from '../../pipeline/domain/models/backend/options.ts';

/** The configuration's section `trainer`. */
export const TrainerOptions = Type.Object(
  {
    backend: BackendOption,
    threads: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 64,
      description: 'Threads that train a detector side by side on wasm, half a GB each; 0: one for each core',
    }),
  },
  { additionalProperties: false },
);
export type TrainerOptions = Static<typeof TrainerOptions>;
