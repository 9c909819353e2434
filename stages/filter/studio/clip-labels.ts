/**
 * One clip's labels under review, kept folded: a decision costs the labels of its own track, whatever else the clip and
 * the log hold. Pure.
 */
import { standingDecisions } from '../../../pipeline/domain/labels/history.ts';
import { type ReviewedLabel, reviewedTrack } from '../../../pipeline/domain/labels/review.ts';
import { type Risk, risks } from '../../../pipeline/domain/labels/risk.ts';
import { clipsAtSpot, spotOf, type TrackSpot } from '../../../pipeline/domain/labels/stones.ts';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Track } from '../../../schemas/track.ts';

/** A decision and its place in the log. */
export interface PlacedDecision {
  readonly body: LabelReviewed;
  readonly sequence: number;
}

/** An animal as it stands: its labels in frame order, and the place of the last decision on any of them. */
export interface StandingTrack {
  readonly track: number;
  readonly labels: readonly ReviewedLabel[];
  readonly version: number;
}

/** What the tracker called one track. */
interface SourceTrack {
  readonly labels: Track[];
  sorted: boolean;
  readonly log: PlacedDecision[];
  ranked: Risk[] | null;
  reviewed: ReviewedLabel[] | null;
}

export class ClipLabels {
  readonly #clip: string;
  readonly #sources = new Map<number, SourceTrack>();
  #standing: ReadonlyMap<number, StandingTrack> | null = null;
  #picture: Size | undefined;
  #spots: readonly TrackSpot[] = [];
  /** Frames up to which there are labels. */
  done = 0;

  constructor(clip: string) {
    this.#clip = clip;
  }

  /** @returns false where the label was there already */
  addLabel(label: Track): void {
    const source = this.#source(label.track);
    const last = source.labels.at(-1);
    if (last && last.index >= label.index) source.sorted = false;
    source.labels.push(label);
    source.ranked = null;
    source.reviewed = null;
    this.#standing = null;
    this.done = Math.max(this.done, label.index + 1);
  }

  addDecision(decision: PlacedDecision): void {
    const source = this.#source(decision.body.track);
    source.log.push(decision);
    source.reviewed = null;
    this.#standing = null;
  }

  /** What counts for risk beside the labels: the picture's size, and what stood still in other clips of the camera. */
  setContext(picture: Size | undefined, spots: readonly TrackSpot[]): void {
    this.#picture = picture;
    this.#spots = spots;
    this.#standing = null;
    for (const source of this.#sources.values()) {
      source.ranked = null;
      source.reviewed = null;
    }
  }

  /** All animals, by track. */
  standing(): ReadonlyMap<number, StandingTrack> {
    this.#standing ??= this.#group();
    return this.#standing;
  }

  /**
   * Decisions of others on these frames that came after what was seen.
   * @param version of the track as it was seen
   */
  decidedSince(track: number, [from, to]: readonly [number, number], version: number, by: string): boolean {
    const sources = new Set((this.standing().get(track)?.labels ?? []).map((label) => label.track.track));
    return [...sources].some((source) =>
      this.#source(source).log.some(
        ({ body, sequence }) => sequence > version && body.by !== by && body.from <= to && body.to >= from,
      ),
    );
  }

  /** A number that no track of the clip has. */
  nextTrack(): number {
    return Math.max(0, ...this.#sources.keys(), ...this.standing().keys()) + 1;
  }

  #source(track: number): SourceTrack {
    let source = this.#sources.get(track);
    if (!source) {
      source = { labels: [], sorted: true, log: [], ranked: null, reviewed: null };
      this.#sources.set(track, source);
    }
    return source;
  }

  #group(): Map<number, StandingTrack> {
    const grouped = new Map<number, { labels: ReviewedLabel[]; version: number }>();
    for (const source of this.#sources.values()) {
      const version = source.log.at(-1)?.sequence ?? 0;
      for (const label of this.#reviewed(source)) {
        const track = grouped.get(label.trackId);
        if (track) {
          track.labels.push(label);
          track.version = Math.max(track.version, version);
        } else grouped.set(label.trackId, { labels: [label], version });
      }
    }
    const tracks = [...grouped].sort(([a], [b]) => a - b);
    return new Map(
      tracks.map(([track, { labels, version }]) => [track, { track, labels: inOrder(labels), version }]),
    );
  }

  #reviewed(source: SourceTrack): ReviewedLabel[] {
    if (!source.sorted) {
      source.labels.sort((a, b) => a.index - b.index);
      source.sorted = true;
    }
    source.ranked ??= this.#risks(source.labels);
    const log = source.log.map(({ body }) => body);
    source.reviewed ??= reviewedTrack(source.labels, source.ranked, standingDecisions(log));
    return source.reviewed;
  }

  #risks(labels: readonly Track[]): Risk[] {
    const spot = spotOf(labels.map(({ box }) => box));
    const stoneIn = spot ? clipsAtSpot({ clip: this.#clip, spot }, this.#spots) : 0;
    return risks(labels, { picture: this.#picture, stoneIn });
  }
}

/** Most tracks come in order already. */
function inOrder(labels: ReviewedLabel[]): ReviewedLabel[] {
  const sorted = labels.every((label, i) => i === 0 || labels[i - 1]!.track.index <= label.track.index);
  return sorted ? labels : labels.toSorted((a, b) => a.track.index - b.track.index);
}
