/** The configuration's section `events`. */
import Type from 'typebox';
import { DEFAULT_INTERVAL_S } from './stays.ts';

export const EventsOptions = Type.Object(
  {
    intervalS: Type.Number({
      default: DEFAULT_INTERVAL_S,
      minimum: 1,
      maximum: 86_400,
      description: 'A pause of so many seconds or more parts two stays of a species; papers use 1800',
    }),
  },
  { additionalProperties: false },
);
