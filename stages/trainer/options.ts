import Type, { type Static } from 'typebox';
import { BackendName } from '../../pipeline/models/backend/options.ts';

export const TrainerOptions = Type.Object({ backend: BackendName }, { additionalProperties: false });
export type TrainerOptions = Static<typeof TrainerOptions>;
