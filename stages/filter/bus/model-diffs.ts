/** What a model would change in the labels that stand: a detector looks at frames with it, once, and is not asked again. */
import {
  diffFrames,
  type LabelChange,
  type LabelledClip,
  labelChanges,
} from '../../../pipeline/domain/labels/model-diff.ts';
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { jsonId } from '../../../pipeline/runtime/content-id.ts';
import { PoisonError, UsageError } from '../../../pipeline/runtime/errors.ts';
import { runOrJoinJob } from '../../../pipeline/runtime/jobs/job.ts';
import type { DiffFrame, DiffProgress, DiffResult } from '../../../schemas/diff-job.ts';
import { sourceOf } from '../studio/clip-state.ts';
import type { Projection } from '../studio/projection.ts';
import type { PictureSource, Pictures } from './pictures.ts';

/** A clip whose labels are asked about, and where its frames come from. */
export interface DiffClip extends LabelledClip {
  /** null: nobody says where; what is kept serves. */
  readonly source: PictureSource | null;
}

/** Labelled clips as the page shows them. */
export function diffClips(projection: Projection): DiffClip[] {
  return projection.clips().flatMap(({ clip, camera }) => {
    const facts = projection.facts(clip);
    const labels = projection.labels(clip);
    if (!facts?.tracked || !labels) return [];
    const { width, height, ledger } = facts.tracked;
    const where = sourceOf(facts);
    const source = where && { clip, camera, file: where.file, source: where.source };
    const all = labels.standing().flatMap((track) => track.labels);
    return [{ ...{ clip, width, height, source }, frames: ledger.decoded, labels: all }];
  });
}

/** How long a frame that is not kept may take to be decoded, ms; without it the others tell enough. */
const PICTURES_MS = 30_000;

/** Frames, and what the model found there. */
interface Looked {
  readonly frames: readonly DiffFrame[];
  readonly found: DiffResult['found'];
}

export interface LookOptions {
  readonly signal: AbortSignal;
  readonly onProgress?: (progress: DiffProgress) => void;
}

type LookArguments = readonly [
  chosen: readonly DiffFrame[],
  clips: readonly DiffClip[],
  options: LookOptions,
];

export interface ModelDiffResult {
  /** Frames that were looked at, and all frames of the clips. */
  readonly looked: number;
  readonly frames: number;
  /** Frames that were chosen and could not be looked at. */
  readonly missing: number;
  /** The clearest first. */
  readonly changes: readonly LabelChange[];
}

export class ModelDiffs {
  readonly #bus: Bus;
  readonly #pictures: Pictures;
  readonly #picturesMs: number;
  /** By model: the frames that were chosen last, and what was found there. */
  readonly #looked = new Map<string, { readonly key: string; readonly looking: Promise<Looked> }>();

  constructor(bus: Bus, pictures: Pictures, picturesMs = PICTURES_MS) {
    this.#bus = bus;
    this.#pictures = pictures;
    this.#picturesMs = picturesMs;
  }

  /**
   * Where the same frames were looked at before, that is the answer; it is held against the labels as they stand now.
   * @throws UsageError where no clip is labelled; PoisonError where the model can't look; the signal's reason when aborted
   */
  async diff(model: string, clips: readonly DiffClip[], options: LookOptions): Promise<ModelDiffResult> {
    const chosen = diffFrames(clips);
    if (chosen.length === 0)
      throw new UsageError('no clip is labelled yet: there is nothing to change', {
        expected: 'clips that were tracked',
      });
    const { frames, found } = await this.#lookOnce(model, chosen, clips, options);
    const looked = found.filter((boxes) => boxes !== null).length;
    return {
      looked,
      frames: clips.reduce((sum, clip) => sum + clip.frames, 0),
      missing: chosen.length - looked,
      changes: labelChanges(clips, frames, found),
    };
  }

  #lookOnce(model: string, ...asked: LookArguments): Promise<Looked> {
    const key = jsonId(asked[0]);
    const before = this.#looked.get(model);
    if (before?.key === key) return before.looking;
    const looking = this.#look(model, ...asked);
    this.#looked.set(model, { key, looking });
    looking.catch(() => {
      if (this.#looked.get(model)?.looking === looking) this.#looked.delete(model);
    });
    return looking;
  }

  async #look(model: string, ...[chosen, clips, { signal, onProgress }]: LookArguments): Promise<Looked> {
    const sources = new Map(clips.map(({ clip, source }) => [clip, source]));
    const soon = AbortSignal.any([signal, AbortSignal.timeout(this.#picturesMs)]);
    const kept = await Promise.all(
      chosen.map(async ({ clip, index }) => {
        const source = sources.get(clip);
        if (!source) return (await this.#pictures.stored(clip, null, index)) !== null;
        return this.#pictures.keep(source, index, soon).catch((error) => {
          if (error instanceof PoisonError) return false; // it can't be had
          throw error;
        });
      }),
    );
    signal.throwIfAborted();
    const frames = chosen.filter((_, i) => kept[i]);
    if (frames.length === 0)
      throw new UsageError('no frame of these clips can be had', { expected: 'a decoder, and their files' });
    const question = { model, frames: [...frames] };
    const told = onProgress ? { onProgress } : {};
    const { result } = await runOrJoinJob(this.#bus, 'diff', question, { signal, orDone: true, ...told });
    return { frames, found: result.found };
  }
}
