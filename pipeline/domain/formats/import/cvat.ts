/** CVAT for video 1.1 (ours, or one that a person worked on) back to labels. */
import { readFile } from 'node:fs/promises';
import { XMLParser } from 'fast-xml-parser';
import Type from 'typebox';
import { Compile } from 'typebox/compile';
import { PoisonError, reasonOf, UsageError } from '../../../runtime/errors.ts';
import type { Box } from '../../vision/box.ts';
import { causes, type LabelRow, reviews } from '../label-row.ts';
import { collect, type Problem } from '../problem.ts';

/** Attributes are texts in XML; what must be a number is checked box by box. */
const BoxElement = Type.Object({
  '@frame': Type.String(),
  '@outside': Type.Optional(Type.String()),
  '@xtl': Type.String(),
  '@ytl': Type.String(),
  '@xbr': Type.String(),
  '@ybr': Type.String(),
  attribute: Type.Optional(
    Type.Array(Type.Object({ '@name': Type.String(), '#': Type.Optional(Type.String()) })),
  ),
});

const Track = Type.Object({
  '@id': Type.String(),
  '@label': Type.String({ minLength: 1 }),
  '@group_id': Type.Optional(Type.String()),
  box: Type.Optional(Type.Array(BoxElement)),
});

const Document = Type.Object({
  annotations: Type.Object({
    meta: Type.Optional(Type.Unknown()),
    track: Type.Optional(Type.Array(Track)),
  }),
});

const validator = Compile(Document);

const parser = new XMLParser({
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  textNodeName: '#',
  parseTagValue: false,
  parseAttributeValue: false,
  isArray: (name) => ['track', 'box', 'attribute'].includes(name),
});

/** What a CVAT file holds. */
export interface CvatLabels {
  /** The clip's id, where the XML is ours. */
  readonly clip: string | undefined;
  /** The clip's file name, where the XML says it. */
  readonly source: string | undefined;
  readonly labels: readonly Omit<LabelRow, 'clip' | 'file'>[];
  readonly problems: Problem[];
}

/**
 * Boxes that are `outside` are none. A label without our `cause` was drawn there: `hand`.
 *
 * @throws UsageError where it is no such XML
 */
export async function readCvat(path: string): Promise<CvatLabels> {
  const value = await readXml(path);
  if (!validator.Check(value)) {
    const first = validator.Errors(value)[0];
    throw new UsageError(`${path} is not CVAT for video 1.1`, {
      found: `${first?.instancePath || 'the whole'} ${first?.message ?? 'differs'}`,
      expected: 'annotations with tracks',
    });
  }
  const problems: Problem[] = [];
  const { meta, track: tracks = [] } = value.annotations;
  const labels = tracks.flatMap((track) =>
    (track.box ?? [])
      .filter((box) => box['@outside'] !== '1')
      .flatMap((box) => collect(problems, path, undefined, () => labelOf(box, track)) ?? []),
  );
  const source = textAt(meta, 'task', 'source') ?? textAt(meta, 'source');
  return { clip: textAt(meta, 'shika', 'clip'), source, labels, problems };
}

async function readXml(path: string): Promise<unknown> {
  try {
    return parser.parse(await readFile(path, 'utf8'), true);
  } catch (error) {
    throw new UsageError(`${path} can't be read`, {
      found: reasonOf(error),
      expected: 'an XML file',
      cause: error,
    });
  }
}

function labelOf(
  box: Type.Static<typeof BoxElement>,
  track: Type.Static<typeof Track>,
): Omit<LabelRow, 'clip' | 'file'> {
  const number = (name: '@frame' | '@xtl' | '@ytl' | '@xbr' | '@ybr') => {
    const value = Number(box[name]);
    if (Number.isFinite(value)) return value;
    throw new PoisonError(`track ${track['@id']}: ${name.slice(1)}`, {
      found: `"${box[name]}"`,
      expected: 'a number',
    });
  };
  const attributes = new Map(box.attribute?.map((attribute) => [attribute['@name'], attribute['#']]));
  const score = Number(attributes.get('score') ?? Number.NaN);
  const [x, y] = [number('@xtl'), number('@ytl')];
  return {
    frame: number('@frame'),
    // CVAT counts tracks from 0; our own number is an attribute.
    track: Number(attributes.get('track')) || Number(track['@group_id'] ?? 0) || Number(track['@id']) + 1,
    box: positive([x, y, number('@xbr') - x, number('@ybr') - y], track['@id']),
    label: track['@label'],
    cause: causes.find((cause) => cause === attributes.get('cause')) ?? 'hand',
    score: Number.isFinite(score) ? score : null,
    risk: null,
    review: reviews.find((review) => review === attributes.get('review')) ?? null,
  };
}

function positive(box: Box, track: string): Box {
  if (box[2] > 0 && box[3] > 0) return box;
  throw new PoisonError(`track ${track}: box`, {
    found: `${box[2]} x ${box[3]} px`,
    expected: 'more than 0 px',
  });
}

function textAt(value: unknown, ...keys: readonly string[]): string | undefined {
  let at: unknown = value;
  for (const key of keys) {
    at = typeof at === 'object' && at !== null ? new Map(Object.entries(at)).get(key) : undefined;
  }
  return typeof at === 'string' && at !== '' ? at : undefined;
}
