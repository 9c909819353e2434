/**
 * Glances at frames that may be worth drawing, one clip at a time, as soon as somebody asks what is: until then, and
 * where enough is drawn, nothing is decoded for it.
 */
import { decodeImage, resizeRegion, toGrey } from '../../../pipeline/domain/vision/image.ts';
import { reasonOf } from '../../../pipeline/runtime/errors.ts';
import type { Logger } from '../../../pipeline/runtime/log/log.ts';
import type { ClipView, FrameProposal } from '../studio/api.ts';
import {
  type Candidate,
  candidateClips,
  candidateFrames,
  type Glance,
  glances,
  THUMBNAIL,
} from '../studio/candidates.ts';
import type { Projection } from '../studio/projection.ts';
import { type ImportedFrame, proposals, WORTH_DRAWING } from '../studio/proposals.ts';

/** How long the frames of one clip may take, ms: a clip that takes longer is spread evenly. */
const CLIP_MS = 120_000;

/** Clips and boxes of so many milliseconds are told at once. */
const GATHER_MS = 200;

export interface ProposerOptions {
  readonly projection: Projection;
  readonly log: Logger;
  /** @returns the JPEG; null where it does not come in time */
  readonly picture: (clip: string, index: number, signal: AbortSignal) => Promise<Uint8Array | null>;
  /** Told when there are better ones. */
  readonly onBetter: (proposals: FrameProposal[]) => void;
  readonly signal: AbortSignal;
}

export class Proposer {
  readonly #options: ProposerOptions;
  readonly #glances = new Map<string, readonly Glance[]>();
  readonly #imported = new Map<string, ImportedFrame>();
  /** A page is open, or was. */
  #isAsked = false;
  #isLooking = false;
  #telling: NodeJS.Timeout | undefined;

  constructor(options: ProposerOptions) {
    this.#options = options;
  }

  /** Answers at once with what is known, and looks further. */
  all(): FrameProposal[] {
    this.#isAsked = true;
    void this.#look();
    return this.#standing();
  }

  /**
   * Boxes of another tool, in the place of earlier ones on the same frame.
   * @param isNews the pages do not know of them
   */
  addImported(frame: ImportedFrame, isNews: boolean): void {
    this.#imported.set(`${frame.clip}#${frame.index}`, frame);
    if (isNews) this.changed();
  }

  /** There are other clips, or other boxes: whoever asked before is told. */
  changed(): void {
    if (!this.#isAsked) return;
    // They come by the hundred.
    this.#telling ??= setTimeout(() => {
      this.#telling = undefined;
      if (!this.#options.signal.aborted) this.#options.onBetter(this.all());
    }, GATHER_MS);
  }

  #standing(): FrameProposal[] {
    const clips = this.#options.projection.clips();
    return proposals({ clips, glances: this.#glances, imported: [...this.#imported.values()] });
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    const { projection, log, onBetter, signal } = this.#options;
    try {
      while (!signal.aborted && projection.drawn.all().length < WORTH_DRAWING) {
        const clips = candidateClips(projection.clips());
        const next = clips.find(({ clip }) => !this.#glances.has(clip));
        if (!next) return;
        const found = await this.#glanceAt(next, clips.length).catch((error: unknown) => {
          log.info({ clip: next.clip, why: reasonOf(error) }, 'not looked at for what is worth drawing');
          return [];
        });
        this.#glances.set(next.clip, found);
        onBetter(this.#standing());
      }
    } finally {
      this.#isLooking = false;
    }
  }

  async #glanceAt(view: ClipView, clips: number): Promise<Glance[]> {
    const signal = AbortSignal.any([this.#options.signal, AbortSignal.timeout(CLIP_MS)]);
    const candidates = candidateFrames(view, clips).map(async (index): Promise<Candidate[]> => {
      const jpeg = await this.#options.picture(view.clip, index, signal);
      return jpeg ? [{ clip: view.clip, index, grey: await thumbnail(jpeg, view.file) }] : [];
    });
    const found = await Promise.allSettled(candidates);
    return glances(found.flatMap((result) => (result.status === 'fulfilled' ? result.value : [])));
  }
}

async function thumbnail(jpeg: Uint8Array, name: string): Promise<Uint8Array> {
  const raster = await decodeImage(jpeg, name);
  const { width, height } = THUMBNAIL;
  const small = await resizeRegion(raster, [0, 0, raster.width, raster.height], width, height);
  return toGrey(small, [0, 0, width, height]).data;
}
