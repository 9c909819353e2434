/** A COCO detection file: what we read of one, and what we write. See cocodataset.org/#format-data. */
import { readFile } from 'node:fs/promises';
import Type, { type Static } from 'typebox';
import { Compile } from 'typebox/compile';
import { reasonOf, UsageError } from '../../runtime/errors.ts';

/** COCO Camera Traps numbers with texts. */
const Id = Type.Union([Type.Integer(), Type.String()]);

/** An entry of `images`; sizes in pixels. */
export const CocoImage = Type.Object({
  id: Id,
  file_name: Type.String({ minLength: 1 }),
  width: Type.Optional(Type.Number()),
  height: Type.Optional(Type.Number()),
});

/** An entry of `annotations`. */
export const CocoAnnotation = Type.Object({
  image_id: Id,
  category_id: Type.Integer(),
  /** `[x, y, w, h]` in pixels; annotations without one (whole-picture labels) are passed over. */
  bbox: Type.Optional(Type.Unknown()),
  iscrowd: Type.Optional(Type.Number()),
});

const CocoFile = Type.Object({
  images: Type.Array(CocoImage),
  annotations: Type.Array(CocoAnnotation),
  categories: Type.Array(Type.Object({ id: Type.Integer(), name: Type.String({ minLength: 1 }) })),
});
export type CocoFile = Static<typeof CocoFile>;
export type CocoAnnotation = Static<typeof CocoAnnotation>;

const validator = Compile(CocoFile);

/** @throws UsageError where it is no COCO file */
export async function readCoco(path: string): Promise<CocoFile> {
  const value = await readJson(path);
  if (validator.Check(value)) return value;
  const first = validator.Errors(value)[0];
  throw new UsageError(`${path} is no COCO detection file`, {
    found: first === undefined ? 'something else' : `${first.instancePath || 'the whole'} ${first.message}`,
    expected: 'images, annotations and categories',
  });
}

/** @throws UsageError where the file can't be read or is no JSON */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new UsageError(`${path} can't be read`, {
      found: reasonOf(error),
      expected: 'a JSON file',
      cause: error,
    });
  }
}
