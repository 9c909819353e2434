/** Asks the tracker to follow an animal anew; nothing depends on the page from then on. */
import type { Bus } from '../../../pipeline/runtime/bus/bus.ts';
import { outgoing } from '../../../pipeline/runtime/bus/envelope.ts';
import { FollowJob } from '../../../schemas/follow-job.ts';
import type { LabelReviewed } from '../../../schemas/label-reviewed.ts';
import type { Follow } from '../studio/api.ts';
import type { PictureSource } from './pictures.ts';

/**
 * @param asked the line of the log that says so: its action is the job
 * @returns the job's name
 */
export async function askTracker(
  bus: Bus,
  { clip, index, box, label, direction }: Follow,
  asked: LabelReviewed,
  { camera, file, source }: PictureSource,
): Promise<string> {
  const { action: job = '', track, into: animal = track, by, at } = asked;
  const body: FollowJob = {
    ...{ job, kind: 'follow', clip, camera, file, source, track, animal, direction, by, at },
    ...{ index, label, box: asked.box ?? box },
  };
  await bus.publish(outgoing(FollowJob, { job }, body, { id: `follow:${job}` }));
  return job;
}
