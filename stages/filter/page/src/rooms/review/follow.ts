/** Asks the tracker to follow an animal anew, from a box that a person drew or corrected. */
import { effect } from '@preact/signals';
import type { Follow } from '../../../../studio/api.ts';
import { jobs, takeJobs } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { post, receive } from '../../api/outbox.ts';
import { words } from '../../words/words.ts';

/** Asked for from this page, and not said to have ended. */
const awaited = new Set<string>();

export function follow(request: Follow): void {
  post('follow', '/follow', request);
}

receive('follow', {
  done: (_, job) => {
    say(words.value.review.following);
    awaited.add(job.job);
    // The events may have told more of it already than the answer knew.
    if (jobs.value.some((known) => known.job === job.job)) sayEnds();
    else takeJobs([job]);
  },
  refused: (_, error) => say(error.message, true),
});

effect(sayEnds);

function sayEnds(): void {
  for (const { job, state, line } of jobs.value) {
    if (!awaited.has(job) || state === 'waiting' || state === 'running') continue;
    awaited.delete(job);
    if (state === 'failed') say(`${words.peek().review.notFollowed} ${line}`, true);
    else say(words.peek().review.followed(line));
  }
}
