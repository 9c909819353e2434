/** Records cameras into folders of their own, announces each recording, and removes those that are done with. */
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { reasonOf } from '../../runtime/errors.ts';
import type { ArrivalOptions } from '../announce.ts';
import { watchFolders } from '../folders/watch.ts';
import { type Camera, keepRecording } from './camera.ts';
import { Recordings } from './recordings.ts';

/** A camera that is silent for so long is lost, seconds. */
const SILENT_S = 15;
const SWEEP_MS = 60_000;

export interface RecordCamerasOptions extends Omit<ArrivalOptions, 'camera'> {
  /** Each camera has a folder of its name in it. */
  readonly folder: string;
  /** Length of a recording, seconds. */
  readonly segmentS: number;
  /** How long a recording stays once the pipeline has done with it, hours. */
  readonly keepH: number;
}

/** Records until the signal is aborted. */
export async function recordCameras(
  cameras: readonly Camera[],
  { folder, segmentS, keepH, ...arrival }: RecordCamerasOptions,
): Promise<void> {
  const { bus, signal, log, untilRoom } = arrival;
  const folderOf = ({ name }: Camera) => join(resolve(folder), name);
  for (const camera of cameras) mkdirSync(folderOf(camera), { recursive: true });
  const recordings = new Recordings(keepH);
  const sweeper = setInterval(async () => {
    try {
      for (const file of await recordings.sweep(bus)) log.info({ file }, 'recording removed');
    } catch (error) {
      log.warn({ why: reasonOf(error) }, 'recordings not swept');
    }
  }, SWEEP_MS);
  const recording = { segmentS, timeoutS: SILENT_S, signal, ...(untilRoom && { untilRoom }) };
  await Promise.all([
    // A recording is renamed into its folder once it is complete; those of an earlier time are announced as well.
    watchFolders(cameras.map(folderOf), {
      ...arrival,
      whole: true,
      onClip: (input) => recordings.add(input),
    }),
    ...cameras.map((camera) => keepRecording(camera, { ...recording, folder: folderOf(camera) }, log)),
  ]);
  clearInterval(sweeper);
}
