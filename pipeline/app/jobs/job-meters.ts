/** What a person reads of a job: meters that follow its progress, and the lines with which they end. */
import type { JobKind, ProgressOf, ResultOf } from '../../../schemas/progress.ts';
import type { ClassifierProgress, DetectorProgress } from '../../../schemas/train-job.ts';
import type { Meter, Meters } from './meter.ts';

type OnProgress<K extends JobKind> = (progress: ProgressOf<K>) => void;

/** Epochs of a detector’s training. */
export function onDetectorProgress(meter: Meter): OnProgress<'pre' | 'main'> {
  return (progress) => {
    const { epoch, epochs, steps, resumedFrom } = progress;
    if (resumedFrom !== undefined) meter.print(`going on from step ${resumedFrom} of ${steps}`);
    meter.update(epoch, epochs, detectorNote(progress));
  };
}

/** A meter for each step of a classifier’s training, one after the other. */
export function onClassifierProgress(meters: Meters): OnProgress<'classifier'> {
  let open: { step: string; total: number; meter: Meter } | undefined;
  return (progress) => {
    const { step, done, total } = progress;
    if (open?.step !== step || open.total !== total) open = { step, total, meter: meters.start(step) };
    const note = classifierNote(progress);
    open.meter.update(done, total, note);
    if (done >= total) open.meter.done(note || `${total}`);
  };
}

/** Clips whose labels go into a dataset. */
export function onDatasetProgress(meter: Meter): OnProgress<'dataset'> {
  return ({ done, total }) => meter.update(done, total);
}

/** "AP50 0.912 on 5 hand-drawn pictures (0.57 to 0.99 is likely); active now: …". */
export function detectorLine({ drawn, promoted, why }: ResultOf<'pre' | 'main'>): string {
  const figures = drawn
    ? `AP50 ${drawn.scores.ap50.toFixed(3)} on ${drawn.scores.images} hand-drawn pictures (${drawn.interval.map((bound) => bound.toFixed(2)).join(' to ')} is likely)`
    : 'no hand-drawn picture is held out';
  return `${figures}; ${promoted ? 'active now' : 'not promoted'}: ${why}`;
}

export function datasetLine({ pictures, boxes }: ResultOf<'dataset'>): string {
  return `${pictures} pictures, ${boxes} boxes`;
}

function detectorNote({ loss, heldOut }: DetectorProgress): string {
  return noteOf({ loss, ap50: heldOut?.ap50 });
}

function classifierNote({ loss, accuracy }: ClassifierProgress): string {
  return noteOf({ loss, accuracy });
}

function noteOf(figures: Readonly<Record<string, number | undefined>>): string {
  return Object.entries(figures)
    .flatMap(([name, value]) => (value === undefined ? [] : [`${name} ${value.toFixed(3)}`]))
    .join(', ');
}
