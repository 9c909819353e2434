/** Which nats-server is new enough. */

/** The oldest server whose features suffice: Debian 12's. */
export const OLDEST_SERVER = '2.9.10';

/** Whether a version as nats-server gives it (`2.9.10`, `2.14.0-beta.1`) is {@link OLDEST_SERVER} or newer. */
export function isNewEnough(version: string): boolean {
  const parts = (of: string) => of.split(/[.-]/).map(Number);
  const found = parts(version);
  const difference = parts(OLDEST_SERVER).map((part, i) => (found[i] ?? 0) - part);
  return (difference.find((d) => d !== 0) ?? 0) >= 0;
}
