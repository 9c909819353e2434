/** What the randomisation check says of a method on a model. */
import { mean } from 'simple-statistics';
import Type, { type Static } from 'typebox';

const Likeness = Type.Number({ minimum: -1, maximum: 1 });

/** After one more block has forgotten. */
export const CascadeStep = Type.Object({
  name: Type.String(),
  rank: Type.Number({
    ...Likeness,
    description: 'Spearman’s correlation with the map of the model as it is',
  }),
  ssim: Type.Number({ description: 'Structural similarity to it' }),
});
export type CascadeStep = Static<typeof CascadeStep>;

/** What has been found so far: a picture at a time, up to {@link mostPictures}. */
export const SanityRecord = Type.Object({
  model: Type.String(),
  method: Type.String(),
  pictures: Type.Array(
    Type.Object({
      picture: Type.String({ description: 'Frame and box, so that a repeat is known' }),
      layer: Type.String(),
      ms: Type.Number({ minimum: 0 }),
      steps: Type.Array(CascadeStep, { minItems: 1 }),
    }),
  ),
});
export type SanityRecord = Static<typeof SanityRecord>;

/** More change the mean by less than the pictures differ. */
export const mostPictures = 3;

/** What the check says, over the pictures so far. */
export interface SanityVerdict {
  readonly passes: boolean;
  /** Mean rank correlation with the network's top forgotten, and with all of it. */
  readonly rankAbove: number;
  readonly rankAll: number;
  /** Mean structural similarity with all of it forgotten. */
  readonly ssimAll: number;
  readonly pictures: number;
  /** In a line for a person. */
  readonly says: string;
}

/** A map that is as good as the same when the layers that decide are random does not tell what decided. */
const mostAbove = 0.9;
/** With the whole network random, what is alike comes of the picture and the method, not of what was learned. */
const mostAll = 0.5;

/** null where nothing was tried yet. */
export function sanityVerdict({ pictures }: Pick<SanityRecord, 'pictures'>): SanityVerdict | null {
  if (pictures.length === 0) return null;
  const meanOf = (value: (steps: readonly CascadeStep[]) => number) =>
    mean(pictures.map(({ steps }) => value(steps)));
  const rankAbove = meanOf((steps) => steps[0]!.rank);
  const rankAll = meanOf((steps) => steps.at(-1)!.rank);
  const ssimAll = meanOf((steps) => steps.at(-1)!.ssim);
  const passes = rankAbove <= mostAbove && rankAll <= mostAll;
  const says = sentence(rankAbove, rankAll);
  return { passes, rankAbove, rankAll, ssimAll, pictures: pictures.length, says };
}

function sentence(above: number, all: number): string {
  if (above > mostAbove)
    return `fails the sanity check: the same map (${above.toFixed(2)}) with a random head`;
  if (all > mostAll)
    return `fails the sanity check: much the same map (${all.toFixed(2)}) with a random network`;
  return `passes the sanity check: another map (${all.toFixed(2)}) with a random network`;
}
