/**
 * What a decision makes of a clip's tracks before the server has answered: the page shows it at once, and does it again
 * on whatever the server says meanwhile. Pure.
 */
import type { Decide, Edit, LabelView, TrackView } from '../../../studio/api.ts';

export type ClipTracks = ReadonlyMap<number, TrackView>;

/** Tracks after a decision; those it does not touch are the same objects. */
export function decided(
  tracks: ClipTracks,
  clip: string,
  { decision, runs, box }: Decide,
  by: string,
): ClipTracks {
  const changed = new Map(tracks);
  for (const run of runs) {
    const track = changed.get(run.track);
    if (!track || run.clip !== clip) continue;
    const labels = track.labels.map((label) =>
      label.index < run.from || label.index > run.to
        ? label
        : { ...label, review: decision, by, box: decision === 'corrected' && box ? box : label.box },
    );
    changed.set(run.track, { ...track, labels });
  }
  return changed;
}

/** As {@link decided}, for what an animal is. A split gets the next number; the server may give it another. */
export function edited(tracks: ClipTracks, clip: string, edit: Edit): ClipTracks {
  const { run } = edit;
  const track = tracks.get(run.track);
  if (!track || run.clip !== clip) return tracks;
  const isInRun = ({ index }: LabelView) => index >= run.from && index <= run.to;
  const changed = new Map(tracks);
  if (edit.kind === 'class') {
    if (track.labels.every(isInRun)) changed.set(run.track, { ...track, label: edit.label });
    return changed;
  }
  if (edit.kind === 'split') {
    const next = Math.max(...tracks.keys()) + 1;
    put(changed, { ...track, labels: track.labels.filter((label) => !isInRun(label)) });
    put(changed, { ...track, track: next, labels: track.labels.filter(isInRun) });
    return changed;
  }
  const other = tracks.get(edit.with);
  if (!other) return tracks;
  const covered = new Set(track.labels.map(({ index }) => index));
  const joined = other.labels.filter((label) => isInRun(label) && !covered.has(label.index));
  put(changed, { ...other, labels: other.labels.filter((label) => !isInRun(label)) });
  put(changed, { ...track, labels: inOrder([...track.labels, ...joined]) });
  return changed;
}

function put(tracks: Map<number, TrackView>, track: TrackView): void {
  if (track.labels.length > 0) tracks.set(track.track, track);
  else tracks.delete(track.track);
}

/**
 * Tracks after what the server said; what is older than what is known changes nothing.
 * @param news of this clip; with a range, only the labels between its ends
 */
export function renewed(tracks: ClipTracks, news: readonly TrackView[]): ClipTracks {
  const changed = new Map(tracks);
  for (const view of news) {
    const known = tracks.get(view.track);
    if (known && known.version > view.version) continue;
    const [from, to] = view.range ?? [0, Number.POSITIVE_INFINITY];
    const kept = known?.labels.filter(({ index }) => index < from || index > to) ?? [];
    put(changed, { ...view, range: null, labels: inOrder([...kept, ...view.labels]) });
  }
  return changed;
}

function inOrder(labels: LabelView[]): LabelView[] {
  return labels.sort((a, b) => a.index - b.index);
}
