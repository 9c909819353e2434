/**
 * What a message is: one declaration gives its JSON Schema, its TypeScript type, where it travels, and the
 * examples that tests and the AsyncAPI document use.
 */
import type { Static, TSchema } from 'typebox';

/** The streams of the bus; `pipeline/runtime/bus/topology.ts` says how each is kept. */
export type StreamName =
  | 'CLIPS'
  | 'FRAMES'
  | 'LOOKS'
  | 'BOXES'
  | 'TRACKS'
  | 'IMAGES'
  | 'LABELS'
  | 'JOBS'
  | 'PROGRESS'
  | 'DEAD';

export interface MessageType<S extends TSchema = TSchema> {
  /** CloudEvents type: reverse name and version, e.g. `shika.look.v1`. */
  readonly type: string;
  readonly summary: string;
  readonly stream: StreamName;
  /** Subject with `{parameter}` tokens, e.g. `look.{clip}.{index}`; a last `{parameter>}` may be several tokens. */
  readonly subject: string;
  /** Schema of the JSON body; for any other body, of its facts, which travel in one header. */
  readonly schema: S;
  /** The first message of a subject stays: a repeat is told that it is there already. */
  readonly once?: true;
  readonly body: 'json' | 'jpeg' | 'bytes';
  readonly examples: {
    readonly valid: Static<S>;
    /** Where the body is a union: one of each other kind, by its name. */
    readonly variants?: Readonly<Record<string, Static<S>>>;
    /** Each says what is wrong with it. */
    readonly invalid: Readonly<Record<string, unknown>>;
  };
}

/** The body's type of a {@link MessageType}. */
export type Body<M extends MessageType> = Static<M['schema']>;

export function message<S extends TSchema>(declaration: MessageType<S>): MessageType<S> {
  return declaration;
}

/** Fills the `{parameter}`s of a message's subject; one that is left out becomes the wildcard `*` (`>` for the rest). */
export function subjectOf(
  type: MessageType,
  parameters: Readonly<Record<string, string | number>> = {},
): string {
  return type.subject.replace(/\{(\w+)(>?)\}/g, (_, name: string, rest: string) =>
    String(parameters[name] ?? (rest || '*')),
  );
}
