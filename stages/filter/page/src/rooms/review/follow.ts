/** Asks the tracker to follow an animal anew, from a box that a person drew or corrected. */
import type { Follow } from '../../../../studio/api.ts';
import { takeJobs } from '../../api/lists.ts';
import { say } from '../../api/notices.ts';
import { post, receive } from '../../api/outbox.ts';
import { words } from '../../words/words.ts';

export function follow(request: Follow): void {
  post('follow', '/follow', request);
}

receive('follow', {
  done: (_, job) => {
    takeJobs([job]);
    say(words.value.review.following);
  },
  refused: (_, error) => say(error.message, true),
});
