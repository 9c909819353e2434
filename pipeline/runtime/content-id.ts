/** Identity by content: the first 16 hex digits of a SHA-256, for clips, pictures, datasets, models, questions. */
import { createHash } from 'node:crypto';

const DIGITS = 16;

type Part = string | Uint8Array;

/** The id of the parts, one after the other. */
export function contentId(...parts: readonly Part[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}

/** The id of a value by its JSON: keys count in the order in which they were put. */
export function jsonId(value: unknown): string {
  return contentId(JSON.stringify(value));
}

/** The id of what a stream gives: the same as of all of it at once. */
export async function streamId(stream: AsyncIterable<Uint8Array>): Promise<string> {
  const hash = createHash('sha256');
  for await (const part of stream) hash.update(part);
  return hash.digest('hex').slice(0, DIGITS);
}
