/** The sanity check of a method on a model: one picture with each of the first jobs, stored for all later ones. */
import { Check } from 'typebox/value';
import type { Case } from '../case.ts';
import type { AnyMethodName } from '../method/method.ts';
import { cascade, cascadeOptions, isChecked } from './cascade.ts';
import { mostPictures, SanityRecord, type SanityVerdict, sanityVerdict } from './verdict.ts';

/** Where records are kept, by name. */
export interface RecordStore {
  get(name: string): Promise<Uint8Array | null>;
  put(name: string, content: Uint8Array): Promise<void>;
}

/** What is checked, and on which picture. */
export interface SanitySubject {
  /** Id of the model. */
  readonly model: string;
  readonly method: AnyMethodName;
  /** A layer that was asked for has a record of its own. */
  readonly layer?: string;
  /** Frame and box: the same one counts once. */
  readonly picture: string;
  readonly signal?: AbortSignal;
}

/** No job can be called so: a job's name has no dot. */
export function recordName({
  model,
  method,
  layer,
}: Pick<SanitySubject, 'model' | 'method' | 'layer'>): string {
  const at = layer === undefined ? '' : `@${layer.replaceAll('/', '.')}`;
  return `sanity.${model}/${method}${at}.json`;
}

/**
 * Adds the case's picture to the record, unless it has enough; then says what the record says.
 * @returns null for methods that are not checked
 */
export async function checkSanity(
  store: RecordStore,
  question: Case,
  subject: SanitySubject,
): Promise<SanityVerdict | null> {
  const { model, method, picture, signal } = subject;
  if (!isChecked(method)) return null;
  const name = recordName(subject);
  const record = readRecord(await store.get(name)) ?? { model, method, pictures: [] };
  const known = record.pictures.some((checked) => checked.picture === picture);
  if (known || isComplete(record)) return sanityVerdict(record);
  const started = performance.now();
  const steps = await cascade(question, method, cascadeOptions(method, signal));
  const ms = Math.round(performance.now() - started);
  const pictures = [...record.pictures, { picture, layer: question.layer, ms, steps }];
  await store.put(name, new TextEncoder().encode(`${JSON.stringify({ ...record, pictures }, null, 2)}\n`));
  return sanityVerdict({ pictures });
}

/** Whether it has all the pictures it is to have. */
export function isComplete(record: SanityRecord | null): boolean {
  return record !== null && record.pictures.length >= mostPictures;
}

/** null where there is none, or one of another version: then the check is made again. */
export function readRecord(content: Uint8Array | null): SanityRecord | null {
  if (content === null) return null;
  try {
    const record: unknown = JSON.parse(new TextDecoder().decode(content));
    return Check(SanityRecord, record) ? record : null;
  } catch {
    return null;
  }
}
