/**
 * Decides with hindsight: labels wait in a window until what comes behind them is known. What the detector was sure of
 * stands; what lies between is settled from both sides (`stretch.ts`), or, where the window ends before the next sure
 * box comes, from the one before (`open-end.ts`). An animal is followed back from where it was first seen (`birth.ts`).
 *
 * Labels follow from the loop's labels and the pictures alone, so they are the same after any crash.
 */
import { clip as clipBox, round } from '../../../pipeline/domain/vision/box.ts';
import { PoisonError } from '../../../pipeline/runtime/errors.ts';
import type { TrackerCheckpoint } from '../../../schemas/state.ts';
import type { DecidedFrame } from '../loop.ts';
import type { ClipView } from '../view.ts';
import { followBack } from './birth.ts';
import { isConfirmed } from './confirm.ts';
import { type Anchorage, type Follower, isSure, type WindowFrame, type WindowLabel } from './evidence.ts';
import { stepOpenEnd } from './open-end.ts';
import { type Settled, settleStretch } from './stretch.ts';
import { takeOver } from './take-over.ts';

export interface HindsightRules {
  /** Frames that are waited for. */
  readonly window: number;
  /** Least score of a detection that stands by itself. */
  readonly sureScore: number;
}

export class Hindsight {
  readonly #state: TrackerCheckpoint;
  readonly #view: ClipView;
  readonly #follower: Follower | null;
  readonly #rules: HindsightRules;

  /** @param state the clip's checkpoint: its window is changed here */
  constructor(state: TrackerCheckpoint, view: ClipView, follower: Follower | null, rules: HindsightRules) {
    this.#state = state;
    this.#view = view;
    this.#follower = follower;
    this.#rules = rules;
  }

  /** For each frame that is decided the one that leaves the window; null as long as none does. */
  async *steps(decided: AsyncIterable<DecidedFrame>): AsyncGenerator<DecidedFrame | null> {
    const { window } = this.#state;
    for await (const step of decided) {
      await this.#add(step);
      yield window.length > this.#rules.window ? await this.#publish() : null;
    }
    while (window.length > 0) yield await this.#publish();
  }

  async #add({ frame, isLookedAt, labels }: DecidedFrame): Promise<void> {
    const { index, pts, width, height } = frame;
    const own = labels.map((label): WindowLabel => {
      const { box, region, likeness: _, ...rest } = label;
      return { ...rest, box: [...box], region: region && [...region], settled: false };
    });
    this.#state.window.push({ index, pts, width, height, isLookedAt, labels: own });
    for (const label of own) {
      if (label.cause === 'hand' && !this.#anchorage(label.track)) takeOver(index, label, this.#state);
      if (isSure(label, this.#rules.sureScore)) await this.#settleUpTo(index, label);
    }
  }

  /** A sure box: what was open before it is settled between the two. */
  async #settleUpTo(frame: number, label: WindowLabel): Promise<void> {
    const { track, box } = label;
    const open = this.#openLabels(track, frame);
    const anchorage = this.#anchorage(track);
    const to = { frame, box };
    if (anchorage && open.length > 0) {
      const settled = await this.#tried(() =>
        settleStretch({ from: anchorage.at, to, labels: open }, this.#view, this.#follower),
      );
      for (const [i, { frame: at, label: old }] of open.entries()) this.#settle(at, old, settled?.[i]);
    } else if (!anchorage && this.#follower) await this.#followBack(frame, label, this.#follower);
    label.settled = true;
    this.#setAnchorage({ track, sure: { frame, box: [...box] }, at: { frame, box: [...box] } });
  }

  /** The animal was there before the detector saw it: its first box is where it came in. */
  async #followBack(frame: number, label: WindowLabel, follower: Follower): Promise<void> {
    const before = this.#state.window.filter(({ index, isLookedAt }) => index < frame && isLookedAt);
    const born = await this.#tried(() => followBack({ frame, box: label.box }, before, this.#view, follower));
    for (const { frame: at, box, likeness } of born ?? []) {
      const target = before.find(({ index }) => index === at);
      const inside = target && clipBox(box, target);
      if (!target || !inside) continue;
      const { track, label: name, model } = label;
      target.labels.push({
        ...{ track, label: name, model, box: [...round(inside)], cause: 'followed', likeness },
        ...{ score: null, region: null, settled: true },
      });
    }
  }

  /** The oldest frame leaves the window: what is still open in it is settled from behind. */
  async #publish(): Promise<DecidedFrame> {
    const frame = this.#state.window[0]!; // the callers looked
    for (const { track } of [...frame.labels]) if (!this.#isAnimal(track)) this.#drop(track);
    for (const label of frame.labels) {
      if (!label.settled) await this.#settleOpenEnd(frame, label);
    }
    this.#state.window.shift();
    const { index, pts, width, height, isLookedAt } = frame;
    const labels = frame.labels.map(({ settled: _, isPart: __, ...label }) => label);
    return { frame: { index, pts, width, height }, isLookedAt, labels };
  }

  #isAnimal(track: number): boolean {
    const { window, published } = this.#state;
    return published.some((known) => known.track === track) || isConfirmed(track, window);
  }

  #drop(track: number): void {
    for (const frame of this.#state.window)
      frame.labels = frame.labels.filter((label) => label.track !== track);
  }

  async #settleOpenEnd(frame: WindowFrame, label: WindowLabel): Promise<void> {
    const anchorage = this.#anchorage(label.track);
    const follower = this.#follower;
    if (anchorage && follower) {
      const before = anchorage.at.frame;
      const step = await this.#tried(() =>
        stepOpenEnd(anchorage, before, frame.index, label, this.#view, follower),
      );
      if (step?.still) Object.assign(label, { box: [...step.box], cause: 'held', score: null });
      else if (step) this.#settle(frame, label, step);
    }
    label.settled = true;
    if (anchorage) anchorage.at = { frame: frame.index, box: [...label.box] };
  }

  #settle(frame: WindowFrame | number, label: WindowLabel, settled: Settled | undefined): void {
    const of = typeof frame === 'number' ? this.#state.window.find(({ index }) => index === frame) : frame;
    const inside = of && settled && clipBox(settled.box, of);
    if (inside) {
      label.box = [...round(inside)];
      label.cause = settled.cause;
      if (settled.cause !== 'detected') label.score = null;
      if (settled.likeness !== undefined && settled.cause === 'followed') label.likeness = settled.likeness;
    }
    label.settled = true;
  }

  /** A picture that is gone or damaged settles nothing: the loop's own label stands. */
  async #tried<T>(work: () => Promise<T>): Promise<T | null> {
    try {
      return await work();
    } catch (error) {
      if (error instanceof PoisonError) return null;
      throw error;
    }
  }

  #openLabels(track: number, before: number): { readonly frame: number; readonly label: WindowLabel }[] {
    return this.#state.window.flatMap(({ index, labels }) =>
      labels.flatMap((label) =>
        label.track === track && index < before && !label.settled ? [{ frame: index, label }] : [],
      ),
    );
  }

  #anchorage(track: number): Anchorage | undefined {
    return this.#state.anchorages.find((anchorage) => anchorage.track === track);
  }

  #setAnchorage(next: Anchorage): void {
    const { anchorages } = this.#state;
    const at = anchorages.findIndex(({ track }) => track === next.track);
    if (at < 0) anchorages.push(next);
    else anchorages[at] = next;
  }
}
