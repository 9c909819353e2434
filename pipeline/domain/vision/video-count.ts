/** How many pictures a file holds, where its container does not say. */
import { Packet } from 'node-av/lib';
import { readPacket } from './video-decode.ts';
import { defaultTimeoutS, openClip } from './video-open.ts';

/**
 * Pictures in a file, counted without decoding them: for containers that announce no number.
 * @throws PoisonError as `probeClip`
 */
export async function countPictures(path: string): Promise<number> {
  const clip = await openClip(path, defaultTimeoutS);
  const packet = new Packet();
  packet.alloc();
  let count = 0;
  try {
    while (await readPacket(clip, packet)) {
      count += 1;
      packet.unref();
    }
  } finally {
    packet.free();
    await clip.format.closeInput();
  }
  return count;
}
