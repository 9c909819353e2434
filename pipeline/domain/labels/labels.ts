/** Labels as they stand on the bus. */
import { ClipArrived } from '../../../schemas/clip-arrived.ts';
import { ClipFiltered } from '../../../schemas/clip-filtered.ts';
import { ClipTracked } from '../../../schemas/clip-tracked.ts';
import { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import { Track } from '../../../schemas/track.ts';
import type { Bus } from '../../runtime/bus/bus.ts';
import { UsageError } from '../../runtime/errors.ts';
import { clipsNamed } from '../formats/clip-name.ts';
import type { Size } from '../vision/box.ts';
import { type ReviewedLabel, reviewed } from './review.ts';
import { clipsAtSpot, spotOf, type TrackSpot } from './stones.ts';

/** What is known of all clips and counts for the risk of a clip's labels. */
export interface ClipContexts {
  /** By clip, pixels. */
  readonly pictures: ReadonlyMap<string, Size>;
  /** By camera: what stood at one spot all through a clip. */
  readonly spots: ReadonlyMap<string, readonly TrackSpot[]>;
}

export async function clipContexts(bus: Bus): Promise<ClipContexts> {
  const pictures = new Map<string, Size>();
  for await (const { body } of bus.stored(ClipTracked)) pictures.set(body.clip, body);
  const spots: (TrackSpot & { readonly camera: string })[] = [];
  for await (const { body } of bus.stored(ClipFiltered)) {
    const { clip, camera, still = [] } = body;
    spots.push(...still.map(({ track, spot }) => ({ clip, camera, track, spot })));
  }
  return { pictures, spots: Map.groupBy(spots, ({ camera }) => camera) };
}

/** A clip's labels with their risk and what was decided about them, by track and frame. */
export async function labelsOf(
  bus: Bus,
  clip: string,
  { pictures, spots }: ClipContexts,
): Promise<ReviewedLabel[]> {
  const tracks: Track[] = [];
  for await (const { body } of bus.stored(Track, { clip })) tracks.push(body);
  const decisions: LabelReviewed[] = [];
  for await (const { body } of bus.stored(LabelReviewed, { clip })) decisions.push(body);
  const others = spots.get(tracks[0]?.camera ?? '') ?? [];
  return reviewed(tracks, decisions, (own) => {
    const spot = spotOf(own.map(({ box }) => box));
    return { picture: pictures.get(clip), stoneIn: spot ? clipsAtSpot({ clip, spot }, others) : 0 };
  });
}

/** Clips whose tracking is finished, in the order in which they were. */
export async function trackedClips(bus: Bus): Promise<ClipTracked[]> {
  const clips: ClipTracked[] = [];
  for await (const { body } of bus.stored(ClipTracked)) clips.push(body);
  return clips;
}

/**
 * The clip that arrived with this id, or with a name or an end of a path that only it has.
 * @throws UsageError where none did, or several: with their ids
 */
export async function arrivedClip(bus: Bus, name: string): Promise<ClipArrived> {
  const arrived = new Map<string, ClipArrived>();
  for await (const { body } of bus.stored(ClipArrived)) arrived.set(body.clip, body);
  const clips = [...arrived.values()].map((body) => ({ ...body, path: body.source, body }));
  const [found, ...more] = clipsNamed(clips, name);
  if (!found) throw new UsageError(`no clip ${name} has arrived`);
  if (more.length === 0) return found.body;
  const ids = [found, ...more].map(({ clip, source }) => `${clip} (${source})`);
  throw new UsageError(`${name} is the name of ${ids.length} clips`, {
    found: ids.join(', '),
    expected: 'an id, or more of the path',
  });
}
