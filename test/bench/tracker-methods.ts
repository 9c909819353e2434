/** Ways from one box to a box on every frame: two without a detector, and the tracker's loop with any options. */
import { openFollower } from '../../pipeline/domain/models/nanotrack/follower.ts';
import type { LabelBox } from '../../pipeline/domain/scores/labels.ts';
import { decodeImage } from '../../pipeline/domain/vision/image.ts';
import { loadConfig } from '../../pipeline/runtime/config/config.ts';
import type { Anchor } from '../../schemas/clip-arrived.ts';
import { accountedFor } from '../../schemas/terms.ts';
import { TrackerOptions } from '../../stages/tracker/options.ts';
import { Tracking } from '../../stages/tracker/tracking.ts';
import { ClipInMemory, type Oracle, type StoredClip } from './clip-in-memory.ts';

export type BenchLabel = Omit<LabelBox, 'clip'>;

/** What a method made of a clip. */
export interface Followed {
  readonly labels: readonly BenchLabel[];
  /** Of looks and regions of the detector, and of differences; null where it asks none. */
  readonly asked: ClipInMemory['asked'] | null;
}

export interface Method {
  readonly name: string;
  follow(clip: StoredClip, anchors: readonly Anchor[], oracle: Oracle): Promise<Followed>;
}

/**
 * `hold`, `template`, or a name and options of the tracker: `today`, `plain:SHIKA_TRACKER_LOOKAHEAD=1,…`.
 * @throws UsageError where there is no such option
 */
export function methodOf(text: string): Method {
  if (text === 'hold') return { name: text, follow: async (clip, anchors) => hold(clip, anchors) };
  if (text === 'template') return { name: text, follow: followTemplate };
  const [name = text, options = ''] = text.split(':', 2);
  const pairs = options.split(',').flatMap((pair) => (pair === '' ? [] : [pair.split('=', 2)]));
  const { tracker } = loadConfig({ tracker: TrackerOptions }, { env: Object.fromEntries(pairs) });
  return { name, follow: (clip, anchors, oracle) => followByLoop(clip, anchors, oracle, tracker) };
}

/** Each box drawn by hand, on every frame from there on. */
function hold({ frames }: StoredClip, anchors: readonly Anchor[]): Followed {
  const labels = frames.flatMap(({ index }) =>
    anchors.flatMap(({ frame, track, box }): BenchLabel[] =>
      frame > index ? [] : [{ frame: index, track, box: [...box], cause: frame === index ? 'hand' : 'held' }],
    ),
  );
  return { labels, asked: null };
}

/** NanoTrack alone, forward from each box drawn by hand. @throws TypeError where its weights are missing */
async function followTemplate({ frames }: StoredClip, anchors: readonly Anchor[]): Promise<Followed> {
  const { follower, ...rest } = await openFollower();
  if (!follower) throw new TypeError('why' in rest ? rest.why : 'no follower');
  const labels: BenchLabel[] = [];
  const followed = new Map<
    number,
    { template: Awaited<ReturnType<typeof follower.template>>; box: LabelBox['box'] }
  >();
  try {
    for (const { index, jpeg } of frames) {
      const picture = await decodeImage(jpeg, `frame ${index}`);
      for (const [track, known] of followed) {
        known.box = (await follower.search(known.template, picture, known.box)).box;
        labels.push({ frame: index, track, box: known.box, cause: 'followed' });
      }
      for (const { track, box } of anchors.filter(({ frame }) => frame === index)) {
        followed.set(track, { template: await follower.template(picture, [...box]), box: [...box] });
        labels.push({ frame: index, track, box: [...box], cause: 'hand' });
      }
    }
  } finally {
    await follower.dispose();
  }
  return { labels, asked: null };
}

async function followByLoop(
  clip: StoredClip,
  anchors: readonly Anchor[],
  oracle: Oracle,
  options: TrackerOptions,
): Promise<Followed> {
  const view = new ClipInMemory(clip, oracle);
  const { follower } = await openFollower();
  const loop = new Tracking({ view, anchors, options, follower });
  const labels: BenchLabel[] = [];
  for await (const { frame, labels: decided } of loop.steps()) {
    labels.push(...decided.map(({ track, box, cause }) => ({ frame: frame.index, track, box, cause })));
  }
  if (accountedFor(loop.checkpoint.ledger) !== clip.frames.length)
    throw new Error('the ledger does not add up');
  await oracle.keep();
  return { labels, asked: view.asked };
}
