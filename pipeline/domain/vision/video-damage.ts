/** What a file announced or held and did not give, from what was counted while it was decoded. */
import type { Damage } from '../../../schemas/terms.ts';
import type { FoundHoles } from './video-holes.ts';
import type { OpenClip } from './video-open.ts';
import { announcedFrames, pictureSeconds } from './video-probe.ts';

/** How a decoding went. */
export interface DecodeSummary {
  /** Frames given. */
  readonly frames: number;
  /** Packets of video read. */
  readonly packets: number;
  /** Frames the container announced, where it did. */
  readonly announced?: number;
  /** What the file announced or held and did not give; absent where nothing is wrong with it. */
  readonly damage?: Damage;
}

/** What was counted while a clip was decoded. */
export interface Counts {
  frames: number;
  packets: number;
  /** Packets that the decoder refused, or that it failed on. */
  lostPackets: number;
  damagedFrames: number;
  /** Packets that the container itself hides (an edit list): announced, and rightly not given. */
  hidden: number;
  /** Where the last frame ends, s. */
  endS: number;
  /** In the middle, where there are any. */
  holes?: FoundHoles | undefined;
  /** That the file announces and does not have. */
  missingBytes: number;
  /** Why the file could not be read to its end. */
  readError?: string;
}

/** Containers may announce a frame or two more than there are (AVI counts placeholders); that is no damage. */
const announcedSlack = 2;
/** A container's length is rounded, and the last frame's own is guessed: so much may be missing at the end. */
const lengthSlack = { share: 0.01, s: 0.1, frames: 2.5 } as const;

/** Says what is damaged; nothing where the clip is whole. @param stepS length of a frame at the average rate, s */
export function summarise(counts: Counts, clip: OpenClip, stepS: number): DecodeSummary {
  const { frames, packets, lostPackets, damagedFrames, holes, missingBytes, readError } = counts;
  const announced = announcedFrames(clip);
  const atEnd = missingAtEnd(counts, clip, stepS);
  const inHoles = holes?.missingFrames ?? 0;
  const missingFrames = Math.max(missingOfAnnounced(counts, announced), atEnd + inHoles);
  const parts: string[] = [];
  if (missingFrames > 0) {
    const how = missingFrames === inHoles ? 'torn' : 'cut off';
    parts.push(`${how}: ${frames} of ${frames + missingFrames} frames are there`);
  } else if (holes) parts.push(`${holes.holes} stretches in the middle can't be read`);
  if (missingBytes > 0) parts.push(`the file is ${missingBytes} bytes shorter than it announces`);
  if (lostPackets > 0) parts.push(`${lostPackets} packets can't be decoded`);
  if (damagedFrames > 0) parts.push(`${damagedFrames} frames are damaged`);
  if (readError !== undefined) parts.push(`it can't be read to its end (${readError})`);
  const damage: Damage | undefined =
    parts.length === 0 ? undefined : { missingFrames, lostPackets, damagedFrames, what: parts.join(', ') };
  return {
    frames,
    packets,
    ...(announced === undefined ? {} : { announced }),
    ...(damage && { damage }),
  };
}

/** Two packets a frame are fields of interlaced pictures: nothing is missing there. */
function missingOfAnnounced({ frames, hidden }: Counts, announced: number | undefined): number {
  if (announced === undefined || Math.abs(announced - 2 * frames) <= announcedSlack) return 0;
  const missing = announced - hidden - frames;
  return missing > announcedSlack ? missing : 0;
}

/** Frames that would fill the time between the last frame's end and the clip's, at its average rate. */
function missingAtEnd({ endS }: Counts, clip: OpenClip, stepS: number): number {
  const lengthS = pictureSeconds(clip);
  const slackS = Math.max(lengthSlack.s, lengthSlack.share * lengthS, lengthSlack.frames * stepS);
  return lengthS - endS > slackS ? Math.round((lengthS - endS) / stepS) : 0;
}
