import { AuditAnswers } from '../../../pipeline/domain/labels/audit.ts';
import { ReviewTime } from '../../../pipeline/domain/labels/review-time.ts';
import type { TrackSpot } from '../../../pipeline/domain/labels/stones.ts';
import type { LabelAudited } from '../../../schemas/label-audited.ts';
import type { LabelDrawn } from '../../../schemas/label-drawn.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Track } from '../../../schemas/track.ts';
import type { ClipView, DrawnFrame, TrackSummary, TrackView } from './api.ts';
import { ClipLabels, type StandingTrack } from './clip-labels.ts';
import { type ClipFacts, clipView } from './clip-state.ts';
import { DrawnFrames } from './drawn-frames.ts';
import { type LabelCounts, noLabels, sumOf } from './label-counts.ts';
import { LabelLog } from './label-log.ts';
import { trackSummary, trackView } from './track-view.ts';

/** What one message changed, for those who watch. */
export interface Change {
  readonly clip: string;
  /** Frames of the clip whose labels a decision changed, both included. */
  readonly decided?: { readonly range: readonly [number, number]; readonly by: string };
  readonly drawn?: DrawnFrame;
}

interface ClipEntry {
  readonly facts: ClipFacts;
  readonly labels: ClipLabels;
  /** Place of its last arrival in CLIPS: a failure before it is of an earlier try. */
  arrivedAt: number;
  failedAt: number;
  /** Of tracks as they stand. */
  summaries: WeakMap<StandingTrack, TrackSummary>;
}

export class Projection {
  readonly #acceptBelow: number;
  readonly #clips = new Map<string, ClipEntry>();
  readonly #spots = new Map<string, TrackSpot[]>();
  readonly #answers = new Set<string>();
  #moment = 0;
  readonly drawn = new DrawnFrames();
  /** What people drew and decided. */
  readonly log = new LabelLog();
  /** What people answered about labels that nobody chose. */
  readonly audit = new AuditAnswers();
  /** How long decisions took. */
  readonly time = new ReviewTime();

  /** @param acceptBelow risk below which automatic review accepts */
  constructor(acceptBelow: number) {
    this.#acceptBelow = acceptBelow;
  }

  /** Another one where anything changed since. */
  get moment(): number {
    return this.#moment;
  }

  /** @param sequence place in CLIPS: messages of different kinds come in no order */
  addFacts(clip: string, facts: ClipFacts, sequence = 0): Change {
    this.#moment += 1;
    const entry = this.#entry(clip);
    Object.assign(entry.facts, facts);
    entry.summaries = new WeakMap();
    if (facts.arrived) entry.arrivedAt = sequence;
    if (facts.failed) entry.failedAt = sequence;
    if (entry.failedAt < entry.arrivedAt) entry.facts.failed = undefined;
    if (facts.tracked) entry.labels.setContext(facts.tracked, this.#spotsOf(facts.tracked.camera));
    if (facts.filtered) this.#addSpots(clip, facts.filtered.camera, facts.filtered.still ?? []);
    return { clip };
  }

  addLabel(label: Track): Change {
    this.#moment += 1;
    this.#entry(label.clip).labels.addLabel(label);
    return { clip: label.clip };
  }

  addDecision(body: LabelReviewed, sequence: number, id: string): Change {
    this.#moment += 1;
    this.log.add(body, sequence, id);
    this.time.add(body);
    this.#entry(body.clip).labels.addDecision({ body, sequence });
    return { clip: body.clip, decided: { range: [body.from, body.to], by: body.by } };
  }

  addDrawing(body: LabelDrawn, sequence: number, id: string): Change {
    this.#moment += 1;
    this.log.add(body, sequence, id);
    return { clip: body.clip, drawn: this.drawn.add(body, sequence) };
  }

  addAnswer(body: LabelAudited, _sequence: number, id: string): Change {
    this.audit.add(body);
    this.#answers.add(id);
    return { clip: body.clip };
  }

  /** Whether an answer is there already: it may be sent again, because what was said to it was lost. */
  isAnswered(id: string): boolean {
    return this.#answers.has(id);
  }

  facts(clip: string): ClipFacts | undefined {
    return this.#clips.get(clip)?.facts;
  }

  labels(clip: string): ClipLabels | undefined {
    return this.#clips.get(clip)?.labels;
  }

  /** By camera and file: messages of different kinds come in no order. */
  clips(): ClipView[] {
    const views = [...this.#clips.keys()].map((clip) => this.clip(clip));
    return views.sort((a, b) => order(a.camera, b.camera) || order(a.file, b.file) || order(a.clip, b.clip));
  }

  clip(clip: string): ClipView {
    const entry = this.#entry(clip);
    return clipView(clip, entry.facts, {
      done: entry.labels.done,
      labels: countsOf(entry).reviews,
      drawn: this.drawn.ofClip(clip).length,
    });
  }

  /** Of all clips that are tracked. */
  labelCounts(): LabelCounts {
    return [...this.#clips.values()].map(countsOf).reduce((sum, counts) => sumOf(sum, counts), noLabels);
  }

  /** Tracks that are finished, first what is worth a person's second. */
  summaries(): TrackSummary[] {
    return [...this.#clips]
      .filter(([, { facts }]) => facts.tracked)
      .flatMap(([clip]) => this.summariesOf(clip))
      .toSorted((a, b) => b.worth - a.worth || (a.clip < b.clip ? -1 : 1) || a.track - b.track);
  }

  /** @param tracks all of the clip's where not given */
  summariesOf(clip: string, tracks?: readonly number[]): TrackSummary[] {
    const entry = this.#entry(clip);
    const { camera, recordedAt } = clipView(clip, entry.facts, noCounts);
    const context = { clip, camera, recordedAt, acceptBelow: this.#acceptBelow };
    const withLabels = standing(entry, tracks).filter(({ labels }) => labels.length > 0);
    return withLabels.map((track) => {
      let summary = entry.summaries.get(track);
      if (!summary) {
        summary = trackSummary(track, context);
        entry.summaries.set(track, summary);
      }
      return summary;
    });
  }

  /**
   * @param tracks all of the clip's where not given
   * @param range frames; all where null
   */
  tracks(
    clip: string,
    tracks?: readonly number[],
    range: readonly [number, number] | null = null,
  ): TrackView[] {
    const entry = this.#clips.get(clip);
    return entry ? standing(entry, tracks).map((track) => trackView(clip, track, range)) : [];
  }

  #entry(clip: string): ClipEntry {
    let entry = this.#clips.get(clip);
    if (!entry) {
      entry = {
        facts: {},
        arrivedAt: 0,
        failedAt: 0,
        labels: new ClipLabels(clip, this.time),
        summaries: new WeakMap(),
      };
      this.#clips.set(clip, entry);
    }
    return entry;
  }

  #spotsOf(camera: string): TrackSpot[] {
    const spots = this.#spots.get(camera) ?? [];
    this.#spots.set(camera, spots);
    return spots;
  }

  /** What stands still in one clip may stand there in the camera's other clips. */
  #addSpots(
    clip: string,
    camera: string,
    still: readonly { track: number; spot: TrackSpot['spot'] }[],
  ): void {
    if (still.length === 0) return;
    const spots = this.#spotsOf(camera);
    spots.push(...still.map(({ track, spot }) => ({ clip, track, spot })));
    for (const { facts, labels } of this.#clips.values()) {
      if (facts.tracked?.camera === camera) labels.setContext(facts.tracked, spots);
    }
  }
}

function order(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function standing({ labels }: ClipEntry, tracks: readonly number[] | undefined): StandingTrack[] {
  if (!tracks) return labels.standing();
  return tracks.flatMap((track) => labels.track(track) ?? []);
}

/** While it is being tracked none are counted: every label would count all of its track again. */
function countsOf({ facts, labels }: ClipEntry): LabelCounts {
  return facts.tracked ? labels.counts : noLabels;
}

const noCounts = { done: 0, labels: noLabels.reviews, drawn: 0 } as const;
