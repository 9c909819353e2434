/** Cameras whose streams are recorded for as long as the program is up. */
import { setTimeout } from 'node:timers/promises';
import { isStreamUrl } from '../../domain/vision/video-open.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { subjectToken } from '../folders/clip-input.ts';
import { type RecordOptions, recordStream } from './record.ts';

export interface Camera {
  /** One subject token; its recordings' folder is called so. */
  readonly name: string;
  readonly url: string;
}

/** Waits between attempts to reach a camera, milliseconds; the last one for ever. */
const WAITS_MS = [1_000, 2_000, 5_000, 10_000, 30_000];
/** One that has been recorded for so long is tried again at once when it breaks off, milliseconds. */
const STABLE_MS = 60_000;

/**
 * `rtsp://10.0.0.5/stream`, or `gate=rtsp://10.0.0.5/stream` where the camera is to be called `gate`.
 * @throws UsageError where it has no address
 */
export function readCamera(text: string): Camera {
  const [, name, url = text] = /^([\w-]+)=(.+)$/.exec(text) ?? [];
  if (!isStreamUrl(url)) {
    throw new UsageError('a camera has an address', {
      found: url,
      expected: 'rtsp://HOST/PATH, or NAME=rtsp://HOST/PATH',
    });
  }
  const { hostname, port, pathname } = new URL(url);
  return { name: name ?? subjectToken(`${hostname}-${port}${pathname}`), url };
}

/** Records until the signal is aborted, and comes back to a camera that is lost. */
export async function keepRecording(camera: Camera, options: RecordOptions, log: Logger): Promise<void> {
  const { signal } = options;
  for (let attempt = 0; !signal.aborted; attempt++) {
    const began = performance.now();
    let why = 'the stream ended';
    try {
      log.info({ camera: camera.name }, 'recording');
      await recordStream(camera.url, options);
    } catch (error) {
      why = reasonOf(error);
    }
    if (signal.aborted) return;
    if (performance.now() - began > STABLE_MS) attempt = 0;
    const waitMs = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)];
    log.warn({ camera: camera.name, why, waitMs }, 'not recording');
    await setTimeout(waitMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}
