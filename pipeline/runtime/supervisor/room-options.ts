/** The configuration's section `room`: how much may be kept, by kind. */
import Type, { type Static, type TSchemaOptions } from 'typebox';

const mebibytes = (byDefault: number, description: string): Type.TInteger => {
  const options: TSchemaOptions & { minimum: number; maximum: number } = {
    default: byDefault,
    minimum: 0,
    maximum: 1_073_741_824,
    description,
  };
  return Type.Integer(options);
};

export const RoomSection = Type.Object(
  {
    storeMaxMiB: mebibytes(
      0,
      'MiB of everything on the bus; said at 80 %, new clips wait from 95 % on; 0: what the disk has',
    ),
    explanationsMaxMiB: mebibytes(2_048, 'MiB of explanations; the oldest go first; 0: no bound'),
    modelsMaxMiB: mebibytes(0, 'MiB of models; the oldest go first, never an active one; 0: no bound'),
    recordingsMaxMiB: mebibytes(
      0,
      'MiB of recorded clips; the oldest that are done with go first; 0: no bound but --keep',
    ),
  },
  { additionalProperties: false },
);
export type RoomOptions = Static<typeof RoomSection>;
