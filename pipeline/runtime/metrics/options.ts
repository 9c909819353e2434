/** The configuration's section `metrics`. */
import Type, { type Static } from 'typebox';

export const MetricsSection = Type.Object(
  {
    port: Type.Integer({
      default: 0,
      minimum: 0,
      maximum: 65_535,
      description: 'Port of the Prometheus endpoint, `/metrics`; 0: none',
    }),
    host: Type.String({
      default: '127.0.0.1',
      minLength: 1,
      description: 'Address that it listens on; it asks for no password',
    }),
  },
  { additionalProperties: false },
);
export type MetricsOptions = Static<typeof MetricsSection>;
