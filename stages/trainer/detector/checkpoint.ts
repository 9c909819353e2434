/**
 * Training's place at the end of an epoch, as bytes: with it and its options, training goes on as if it had never
 * stopped. The length of a JSON header (4 bytes), the header, the weights as float32; all little-endian.
 */
import Type, { type Static } from 'typebox';
import { Check } from 'typebox/value';
import type { DetectionScores } from '../../../pipeline/domain/scores/detection.ts';
import { jsonId } from '../../../pipeline/runtime/content-id.ts';
import type { OptimiserState, SlotState } from '../optimiser.ts';
import type { DetectorEpoch } from './epoch.ts';

/** The best weights so far, by the optimiser's slots, and what they scored. */
export interface BestWeights {
  readonly scores: DetectionScores | null;
  readonly weights: readonly Float32Array[];
}

/** All that changes as training goes on. */
export interface TrainingCheckpoint {
  /** Of the random numbers behind the views. */
  readonly random: number;
  readonly startScores: DetectionScores | null;
  /** Steps and seconds so far are in its last row; it has at least one. */
  readonly history: readonly DetectorEpoch[];
  readonly optimiser: OptimiserState;
  readonly best: BestWeights;
}

/** Changes when what the bytes mean changes. */
const FORMAT = 1;

// The unsafe types were written by this version: `of`, the digest of the training, says so.
const Header = Type.Object({
  of: Type.String(),
  random: Type.Integer(),
  startScores: Type.Unsafe<DetectionScores | null>({}),
  history: Type.Unsafe<readonly DetectorEpoch[]>({}),
  steps: Type.Integer(),
  keptScores: Type.Unsafe<DetectionScores | null>({}),
  /** Of each slot which parts follow, each with `length` values; the others are as at the start. */
  slots: Type.Array(Type.Object({ length: Type.Integer(), parts: Type.Array(Type.String()) })),
});
type Header = Static<typeof Header>;

/** Id of what is trained, from what, how and by which version. */
export function trainingDigest(about: Readonly<Record<string, unknown>>): string {
  return jsonId({ ...about, format: FORMAT });
}

/** @param digest {@link trainingDigest} */
export function encodeCheckpoint(checkpoint: TrainingCheckpoint, digest: string): Uint8Array {
  const { random, startScores, history, optimiser, best } = checkpoint;
  const values: Float32Array[] = [];
  const slots = optimiser.slots.map((slot, i) => {
    const parts = partsOf(slot, best.weights[i]!);
    values.push(...parts.map(([, part]) => part));
    return { length: slot.start.length, parts: parts.map(([name]) => name) };
  });
  const { steps } = optimiser;
  const header: Header = {
    of: digest,
    random,
    startScores,
    history,
    steps,
    keptScores: best.scores,
    slots,
  };
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(4 + json.length + 4 * values.reduce((sum, part) => sum + part.length, 0));
  new DataView(bytes.buffer).setUint32(0, json.length, true);
  bytes.set(json, 4);
  let at = 4 + json.length;
  for (const part of values) {
    bytes.set(new Uint8Array(part.buffer, part.byteOffset, part.byteLength), at);
    at += part.byteLength;
  }
  return bytes;
}

/** Null where the bytes are of another training or version, or damaged. */
export function decodeCheckpoint(bytes: Uint8Array, digest: string): TrainingCheckpoint | null {
  const header = headerOf(bytes);
  if (header?.of !== digest || header.history.length === 0) return null;
  const { random, startScores, history, steps, keptScores } = header;
  const room = header.slots.reduce((sum, { length, parts }) => sum + 4 * length * parts.length, 0);
  let at = 4 + new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (at + room !== bytes.length) return null;
  const read = (length: number) => {
    const part = new Float32Array(bytes.slice(at, at + 4 * length).buffer);
    at += part.byteLength;
    return part;
  };
  const slots: SlotState[] = [];
  const weights: Float32Array[] = [];
  for (const { length, parts } of header.slots) {
    const found = new Map(parts.map((name) => [name, read(length)]));
    const start = found.get('start') ?? new Float32Array(length);
    const moved = (name: string) => found.get(name) ?? start.slice();
    const grown = (name: string) => found.get(name) ?? new Float32Array(length);
    slots.push({
      start,
      values: moved('values'),
      average: moved('average'),
      mean: grown('mean'),
      square: grown('square'),
    });
    weights.push(moved('kept'));
  }
  return { random, startScores, history, optimiser: { steps, slots }, best: { scores: keptScores, weights } };
}

/** What training has not touched needs no room: the frozen part is most of a network. */
function partsOf(slot: SlotState, best: Float32Array): (readonly [name: string, part: Float32Array])[] {
  const { start, values, average, mean, square } = slot;
  const isZero = (part: Float32Array) => part.every((value) => value === 0);
  const isStart = (part: Float32Array) => part.every((value, i) => value === start[i]);
  const moved = Object.entries({ values, average, kept: best }).filter(([, part]) => !isStart(part));
  const grown = Object.entries({ start, mean, square }).filter(([, part]) => !isZero(part));
  return [...grown, ...moved];
}

function headerOf(bytes: Uint8Array): Header | null {
  if (bytes.length < 4) return null;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  try {
    const header: unknown = JSON.parse(new TextDecoder().decode(bytes.subarray(4, 4 + length)));
    return Check(Header, header) ? header : null;
  } catch {
    return null;
  }
}
