/**
 * What a subject may be. The server cuts off a client whose protocol line is over 4,096 bytes, and with it whatever the
 * client does beside: a subject that somebody else made up is checked before it is sent.
 */
import { contentId } from '../content-id.ts';
import { PoisonError } from '../errors.ts';
import { preview } from '../mismatch.ts';

/** Leaves room for the prefixes of requests, and for the subject of the answer. */
const LONGEST = 1_000;

/** @throws PoisonError where it can't be sent, or means more than one subject */
export function checkedSubject(subject: string): string {
  const tokens = subject.split('.');
  const isConcrete = tokens.every((token) => /^\S+$/.test(token) && token !== '*' && token !== '>');
  if (isConcrete && subject.length <= LONGEST) return subject;
  const found = isConcrete ? `${subject.length} characters` : preview(subject);
  const expected = `at most ${LONGEST} characters, no wildcard and no space`;
  throw new PoisonError('no subject', { found, expected });
}

/** The subject, or its beginning and its digest where something in front of it would make it too long. */
export function shortSubject(subject: string): string {
  if (subject.length <= LONGEST / 2) return subject;
  return `${subject.slice(0, 100).replace(/\.[^.]*$/, '')}.cut.${contentId(subject)}`;
}
