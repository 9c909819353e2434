/**
 * Recordings that are being written, and those that a killed recorder left. A file's name says who writes it, so that a
 * second recorder never takes the first one's open file for finished.
 */
import { readdir, rename, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';

const host = hostname().replace(/[^A-Za-z0-9-]/g, '') || 'host';

/** `<name>.<host>-<pid>.part`; Matroska can be read to where it was cut off. Older recorders wrote `<name>.part`. */
const unfinished = /^(?<name>.+?)(?:\.(?<host>[A-Za-z0-9-]+)-(?<pid>\d+))?\.part$/;

/** On another machine, or of a process whose number another one has now: abandoned when it has not grown for so long. */
const ABANDONED_MS = 120_000;

/** Paths that this process writes. */
const open = new Set<string>();

/** The path under which a recording is written until it is complete. */
export function openPart(path: string): string {
  const part = `${path}.${host}-${process.pid}.part`;
  open.add(part);
  return part;
}

/** It is written no longer. */
export function closedPart(part: string): void {
  open.delete(part);
}

/** Gives recordings their own names that nobody writes any more. */
export async function finishAbandoned(folder: string): Promise<void> {
  for (const entry of await readdir(folder)) {
    const { name, ...writer } = unfinished.exec(entry)?.groups ?? {};
    const path = join(folder, entry);
    if (name === undefined || open.has(path) || (await isWritten(path, writer))) continue;
    await rename(path, join(folder, name)).catch(() => undefined); // another recorder did it just now
  }
}

async function isWritten(
  path: string,
  writer: Readonly<Record<string, string | undefined>>,
): Promise<boolean> {
  if (writer.pid === undefined) return false;
  if (writer.host === host && (Number(writer.pid) === process.pid || !isRunning(Number(writer.pid))))
    return false;
  const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
  return Date.now() - mtimeMs < ABANDONED_MS;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
