/** `training.json` beside a model: how its training went, for its report. The model does not need it. */
import type { Static, TSchema } from 'typebox';
import Value from 'typebox/value';
import { type ModelFiles, trainingFile } from './files.ts';

/** Adds `training.json` to the files; the model's id stays. */
export function addTraining(files: ModelFiles, training: object): ModelFiles {
  return new Map([...files, [trainingFile, new TextEncoder().encode(`${JSON.stringify(training)}\n`)]]);
}

/** null where there is none, or one of another version. */
export function trainingIn<S extends TSchema>(files: ModelFiles, schema: S): Static<S> | null {
  const bytes = files.get(trainingFile);
  if (!bytes) return null;
  try {
    const training: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return Value.Check(schema, training) ? training : null;
  } catch {
    return null;
  }
}
