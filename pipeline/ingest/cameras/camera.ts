/** Cameras whose streams are recorded for as long as the program is up. */
import { setTimeout } from 'node:timers/promises';
import { isStreamUrl } from '../../domain/vision/video-open.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { backoffMs } from '../../runtime/retry.ts';
import { cameraName } from '../camera-name.ts';
import { type RecordOptions, recordStream } from './record.ts';

export interface Camera {
  /** One subject token; its recordings' folder is called so. */
  readonly name: string;
  readonly url: string;
}

/** Delays between attempts to reach a camera. */
const BACKOFF = { firstMs: 1_000, longestMs: 30_000 };
/** Delays begin anew after a camera has been recorded for so long, milliseconds. */
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
  return { name: name ?? cameraName(`${hostname}-${port}${pathname}`), url };
}

/** Records until the signal is aborted, and comes back to a camera that is lost. */
export async function keepRecording(camera: Camera, options: RecordOptions, log: Logger): Promise<void> {
  const { signal } = options;
  for (let failures = 1; !signal.aborted; failures++) {
    const began = performance.now();
    let why = 'the stream ended';
    try {
      log.info({ camera: camera.name }, 'recording');
      await recordStream(camera.url, options);
    } catch (error) {
      why = reasonOf(error);
    }
    if (signal.aborted) return;
    if (performance.now() - began > STABLE_MS) failures = 1;
    const waitMs = backoffMs(failures, BACKOFF);
    log.warn({ camera: camera.name, why, waitMs }, 'not recording');
    await setTimeout(waitMs, undefined, { signal }).catch(() => undefined); // aborted: the loop ends
  }
}
