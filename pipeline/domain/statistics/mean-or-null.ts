/** The mean of what may be empty. */
import { mean } from 'simple-statistics';

/** null where there is none. */
export function meanOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : mean([...values]);
}
