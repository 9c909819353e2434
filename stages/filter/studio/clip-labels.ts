/**
 * One clip's labels under review, kept folded: a decision costs the labels of its own track, whatever else the clip and
 * the log hold. Pure.
 */
import { standingDecisions } from '../../../pipeline/domain/labels/history.ts';
import { type ReviewedLabel, reviewedTrack } from '../../../pipeline/domain/labels/review.ts';
import type { ReviewTime } from '../../../pipeline/domain/labels/review-time.ts';
import { type Risk, risks } from '../../../pipeline/domain/labels/risk.ts';
import { clipsAtSpot, spotOf, type TrackSpot } from '../../../pipeline/domain/labels/stones.ts';
import type { Size } from '../../../pipeline/domain/vision/box.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Track } from '../../../schemas/track.ts';
import { countLabels, type LabelCounts, noLabels, sumOf } from './label-counts.ts';

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
  readonly track: number;
  readonly labels: Track[];
  sorted: boolean;
  readonly log: PlacedDecision[];
  ranked: Risk[] | null;
  /** Other clips of the camera in which something stands where it stands, when it was ranked. */
  stoneIn: number;
  /** By the animal that they belong to. */
  reviewed: ReadonlyMap<number, readonly ReviewedLabel[]>;
}

export class ClipLabels {
  readonly #clip: string;
  readonly #sources = new Map<number, SourceTrack>();
  /** Whose labels or decisions came since they were folded. */
  readonly #stale = new Set<SourceTrack>();
  /** Animals: the tracker's tracks that have labels of it. */
  readonly #members = new Map<number, Set<SourceTrack>>();
  readonly #standing = new Map<number, StandingTrack>();
  /** Animals: the count of folds when they changed last. */
  readonly #changedAt = new Map<number, number>();
  /** Animals: theirs of {@link counts}. */
  readonly #counted = new Map<number, LabelCounts>();
  readonly #time: ReviewTime;
  #counts = noLabels;
  #folds = 0;
  #picture: Size | undefined;
  #spots: readonly TrackSpot[] = [];
  /** Frames up to which there are labels. */
  done = 0;

  /** @param time of decisions, which knows each before it is added here */
  constructor(clip: string, time: ReviewTime) {
    this.#clip = clip;
    this.#time = time;
  }

  addLabel(label: Track): void {
    const source = this.#source(label.track);
    const last = source.labels.at(-1);
    if (last && last.index >= label.index) source.sorted = false;
    source.labels.push(label);
    source.ranked = null;
    this.#stale.add(source);
    this.done = Math.max(this.done, label.index + 1);
  }

  addDecision(decision: PlacedDecision): void {
    const source = this.#source(decision.body.track);
    source.log.push(decision);
    this.#stale.add(source);
  }

  /** What counts for risk beside the labels: the picture's size, and what stood still in other clips of the camera. */
  setContext(picture: Size | undefined, spots: readonly TrackSpot[]): void {
    const isResized = picture?.width !== this.#picture?.width || picture?.height !== this.#picture?.height;
    this.#picture = picture;
    this.#spots = spots;
    for (const source of this.#sources.values()) {
      if (!isResized && source.ranked && this.#stoneIn(source) === source.stoneIn) continue;
      source.ranked = null;
      this.#stale.add(source);
    }
  }

  /** For {@link changedSince}. */
  get moment(): number {
    this.#fold();
    return this.#folds;
  }

  /** Animals that changed since a {@link moment}; those that have no label any more among them. */
  changedSince(moment: number): number[] {
    this.#fold();
    return [...this.#changedAt].flatMap(([track, at]) => (at > moment ? [track] : []));
  }

  /** Of all animals; counted anew for those alone that changed. */
  get counts(): LabelCounts {
    this.#fold();
    return this.#counts;
  }

  /** All animals, by track; one that nothing changed is the same object as before. */
  standing(): StandingTrack[] {
    this.#fold();
    const all = [...this.#standing.values()].filter(({ labels }) => labels.length > 0);
    return all.sort((a, b) => a.track - b.track);
  }

  /** Animals that labels of these tracks of the tracker's belong to, or once did. */
  animalsOf(sources: readonly number[]): number[] {
    const animals = sources.flatMap((track) => {
      const source = this.#source(track);
      return [track, ...source.log.map(({ body }) => body.into ?? track)];
    });
    return [...new Set(animals)];
  }

  /** Without labels where they all went to another animal; undefined where there never was one. */
  track(track: number): StandingTrack | undefined {
    this.#fold();
    return this.#standing.get(track);
  }

  /**
   * Decisions of others on these frames that came after what was seen.
   * @param version of the track as it was seen
   */
  decidedSince(track: number, [from, to]: readonly [number, number], version: number, by: string): boolean {
    this.#fold();
    return [...(this.#members.get(track) ?? [])].some(({ log }) =>
      log.some(
        ({ body, sequence }) => sequence > version && body.by !== by && body.from <= to && body.to >= from,
      ),
    );
  }

  /** A number that no track of the clip has, nor had. */
  nextTrack(): number {
    const named = [...this.#sources.values()].flatMap(({ track, log }) => [
      track,
      ...log.map(({ body }) => body.into ?? 0),
    ]);
    return named.reduce((most, track) => Math.max(most, track), 0) + 1;
  }

  #source(track: number): SourceTrack {
    let source = this.#sources.get(track);
    if (!source) {
      source = { track, labels: [], sorted: true, log: [], ranked: null, stoneIn: 0, reviewed: new Map() };
      this.#sources.set(track, source);
    }
    return source;
  }

  #fold(): void {
    if (this.#stale.size === 0) return;
    this.#folds += 1;
    const changed = new Set<number>();
    for (const source of this.#stale) {
      for (const track of source.reviewed.keys()) {
        changed.add(track);
        this.#members.get(track)?.delete(source);
      }
      source.reviewed = this.#reviewed(source);
      for (const track of source.reviewed.keys()) {
        changed.add(track);
        const members = this.#members.get(track);
        if (members) members.add(source);
        else this.#members.set(track, new Set([source]));
      }
    }
    this.#stale.clear();
    for (const track of changed) {
      this.#changedAt.set(track, this.#folds);
      this.#stand(track);
    }
  }

  #stand(track: number): void {
    const members = [...(this.#members.get(track) ?? [])];
    const labels = members.flatMap(({ reviewed }) => reviewed.get(track) ?? []);
    const involved = members.length > 0 ? members : [...this.#sources.values()];
    const version = Math.max(...involved.map(({ log }) => log.at(-1)?.sequence ?? 0));
    this.#standing.set(track, { track, labels: members.length > 1 ? inOrder(labels) : labels, version });
    const counts = countLabels(labels, this.#time);
    this.#counts = sumOf(this.#counts, counts, this.#counted.get(track) ?? noLabels);
    this.#counted.set(track, counts);
  }

  #reviewed(source: SourceTrack): ReadonlyMap<number, readonly ReviewedLabel[]> {
    if (!source.sorted) {
      source.labels.sort((a, b) => a.index - b.index);
      source.sorted = true;
    }
    if (!source.ranked) {
      source.stoneIn = this.#stoneIn(source);
      source.ranked = risks(source.labels, { picture: this.#picture, stoneIn: source.stoneIn });
    }
    const log = source.log.map(({ body }) => body);
    const reviewed = reviewedTrack(source.labels, source.ranked, standingDecisions(log));
    return Map.groupBy(reviewed, ({ trackId }) => trackId);
  }

  #stoneIn({ labels }: SourceTrack): number {
    const spot = spotOf(labels.map(({ box }) => box));
    return spot ? clipsAtSpot({ clip: this.#clip, spot }, this.#spots) : 0;
  }
}

function inOrder(labels: readonly ReviewedLabel[]): ReviewedLabel[] {
  return labels.toSorted((a, b) => a.track.index - b.track.index);
}
