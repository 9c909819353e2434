/** Where a file's pictures are looked for, and what is said of those that are not there. */
import { dirname, relative, resolve, sep } from 'node:path';
import { counted, listed, type Problem, problem } from '../problem.ts';
import type { FoundPicture } from './find-pictures.ts';
import type { Reading } from './source.ts';

/** The folder that was asked for first, then that of the labels; `near`: the file's own below it. */
export function pictureRoots(
  { place, pictures }: Pick<Reading, 'place' | 'pictures'>,
  file: string,
): { roots: string[]; near: string | undefined } {
  const roots = [...new Set([...(pictures === undefined ? [] : [resolve(pictures)]), place.root])];
  const near = relative(place.root, dirname(file)).split(sep)[0];
  return { roots, near: near || undefined };
}

/** Missing ones are named once, with their number; an ambiguous one is named with those that it may be. */
export function missingPictures(
  file: string,
  names: readonly string[],
  found: readonly FoundPicture[],
  roots: readonly string[],
): Problem[] {
  const problems: Problem[] = [];
  const missing: string[] = [];
  for (const [i, at] of found.entries()) {
    const name = names[i]!; // one each
    if ('path' in at) continue;
    if (at.reason === 'missing') missing.push(name);
    else {
      const facts = { found: listed(at.among), expected: 'one picture that it can be' };
      problems.push(problem(file, undefined, `${name} is ambiguous, and not used`, facts));
    }
  }
  if (missing.length > 0) {
    const what = `${counted(missing.length, 'picture')} missing`;
    const facts = {
      found: `no ${listed(missing)}`,
      expected: `them in ${roots.join(' or ')}`,
      count: missing.length,
    };
    problems.push(problem(file, undefined, what, facts));
  }
  return problems;
}
