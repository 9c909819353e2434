/** What people drew on frames, folded from the log. Pure. */
import { standingDecisions } from '../../../pipeline/domain/labels/history.ts';
import type { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { DrawnFrame } from './api.ts';

interface PlacedDrawing {
  readonly body: LabelDrawn;
  readonly sequence: number;
}

export class DrawnFrames {
  /** By clip and index: its part of the log. */
  readonly #logs = new Map<string, PlacedDrawing[]>();
  readonly #frames = new Map<string, DrawnFrame>();

  /** @returns the frame as it stands now */
  add(body: LabelDrawn, sequence: number): DrawnFrame {
    const key = keyOf(body.clip, body.index);
    const log = this.#logs.get(key) ?? [];
    log.push({ body, sequence });
    this.#logs.set(key, log);
    const last = standingDecisions(log.map((entry) => entry.body)).at(-1);
    const { clip, index, by, at } = last ?? body;
    const frame = { clip, index, boxes: last?.boxes ?? null, by, at, version: sequence };
    this.#frames.set(key, frame);
    return frame;
  }

  /** The frame as it stands; undefined where nobody ever drew on it. */
  at(clip: string, index: number): DrawnFrame | undefined {
    return this.#frames.get(keyOf(clip, index));
  }

  /** Those that count as drawn on, in the order in which they were first. */
  all(): DrawnFrame[] {
    return [...this.#frames.values()].filter(({ boxes }) => boxes !== null);
  }

  /** Those that count as drawn on in a clip, by frame. */
  ofClip(clip: string): DrawnFrame[] {
    return this.all()
      .filter((frame) => frame.clip === clip)
      .toSorted((a, b) => a.index - b.index);
  }

  /** In the order in which they were first drawn. */
  classes(): string[] {
    return [...new Set(this.all().flatMap(({ boxes }) => (boxes ?? []).map(({ label }) => label)))];
  }
}

function keyOf(clip: string, index: number): string {
  return `${clip}#${index}`;
}
