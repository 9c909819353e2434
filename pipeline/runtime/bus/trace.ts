/** W3C trace context (https://www.w3.org/TR/trace-context/): one trace from a clip's arrival to its last label. */
import { randomBytes } from 'node:crypto';

/** An id of zeros only is invalid. */
const TRACEPARENT = /^00-(?!0{32})([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/** A `traceparent` in the parent's trace with a span of its own; a new trace where there is no valid parent. */
export function childTrace(parent?: string): string {
  const trace = TRACEPARENT.exec(parent ?? '')?.[1] ?? randomBytes(16).toString('hex');
  return `00-${trace}-${randomBytes(8).toString('hex')}-01`;
}
