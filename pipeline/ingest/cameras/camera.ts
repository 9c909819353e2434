/** Cameras whose streams are recorded for as long as the program is up. */

import { setTimeout } from 'node:timers/promises';
import { isStreamUrl } from '../../domain/vision/video-open.ts';
import { contentId } from '../../runtime/content-id.ts';
import { reasonOf, UsageError } from '../../runtime/errors.ts';
import type { Logger } from '../../runtime/log/log.ts';
import { backoffMs } from '../../runtime/retry.ts';
import { safeAddress } from '../../runtime/safe-address.ts';
import type { ArrivalOptions } from '../announce.ts';
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

/** What of an address changes with a password, and is no part of what the camera is. */
const credential =
  /([?&/;](?:user(?:name)?|usr|login|account|pass(?:word|wd)?|pwd|psw|token|auth|key|secret|sig(?:nature)?|expires?)[a-z]*)=[^&/;#]*/gi;

/**
 * `rtsp://10.0.0.5/stream`, or `gate=rtsp://10.0.0.5/stream` where the camera is to be called `gate`. A camera without
 * a name is called by its host and a digest of its address: two channels of a recorder are two cameras, and a path may
 * hold a password, so none is in the name. What names a user or a password is not in the digest either: who changes it
 * keeps the camera, and nobody can try passwords against the name.
 * @throws UsageError where it has no address, or a name that can't be one
 */
export function readCamera(text: string): Camera {
  const [, name, url = text] = /^([\w-]+)=(.+)$/s.exec(text) ?? [];
  const host = isStreamUrl(url) ? hostOf(url) : null;
  if (host === null) {
    throw new UsageError('a camera has an address', {
      found: /^[\w-]{0,32}$/.test(url) ? url || 'nothing' : safeAddress(url),
      expected:
        'rtsp://HOST/PATH, or NAME=rtsp://HOST/PATH; % and hexadecimal digits for @ and / in a password',
    });
  }
  if (name !== undefined && name.length > 64) {
    throw new UsageError('a camera’s name is too long', {
      found: `${name.length} letters`,
      expected: 'at most 64',
    });
  }
  return { name: name ?? cameraName(`${host}-${addressId(url)}`), url };
}

/** @throws UsageError where two have one name: their clips could not be told apart */
export function refuseNamesakes(cameras: readonly Camera[]): void {
  const byName = Map.groupBy(cameras, ({ name }) => name.toLowerCase());
  for (const [, [first, second]] of byName) {
    if (!first || !second) continue;
    throw new UsageError(`two cameras are called ${second.name}`, {
      found: `${safeAddress(first.url)} and ${safeAddress(second.url)}`,
      expected: 'a name each: NAME=rtsp://HOST/PATH',
    });
  }
}

/** `10.0.0.5-554`; null where the address is mistyped. */
function hostOf(url: string): string | null {
  const shown = /^[a-z]+:\/\/([^/]+)/i.exec(safeAddress(url))?.[1];
  return shown === undefined || shown === '…' || !URL.canParse(url) ? null : shown;
}

function addressId(url: string): string {
  const withoutUser = url.replace(/^([a-z]+:\/\/)[^@/?#]*@/i, '$1');
  return contentId(withoutUser.replace(credential, '$1=')).slice(0, 6);
}

/** Records until the signal is aborted, and comes back to a camera that is lost, or when there is room again. */
export async function keepRecording(
  camera: Camera,
  { untilRoom, ...options }: RecordOptions & Pick<ArrivalOptions, 'untilRoom'>,
  log: Logger,
): Promise<void> {
  const { signal } = options;
  for (let failures = 1; !signal.aborted; failures++) {
    const began = performance.now();
    let why = 'the stream ended';
    try {
      await untilRoom?.(signal);
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
