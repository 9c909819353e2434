/** Seconds of processor that this process and what it started have used, from Linux' /proc. */
import { readdirSync, readFileSync } from 'node:fs';

/** `sysconf(_SC_CLK_TCK)`, 100 on every Linux that Node runs on. */
const ticksPerSecond = 100;

interface Usage {
  readonly parent: number;
  readonly seconds: number;
}

/** By process id; empty where there is no /proc. */
function usages(): Map<number, Usage> {
  const found = new Map<number, Usage>();
  let entries: string[];
  try {
    entries = readdirSync('/proc');
  } catch {
    return found;
  }
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const fields = fieldsOf(readFileSync(`/proc/${entry}/stat`, 'utf8'));
      const seconds = (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
      found.set(Number(entry), { parent: Number(fields[1]), seconds });
    } catch {
      // It ended meanwhile.
    }
  }
  return found;
}

/** Of this process and those below it that are still there. */
export function cpuSecondsOfAll(): number {
  const all = usages();
  const isOurs = (pid: number): boolean => {
    const usage = all.get(pid);
    return pid === process.pid || (usage !== undefined && isOurs(usage.parent));
  };
  return [...all].reduce((sum, [pid, { seconds }]) => sum + (isOurs(pid) ? seconds : 0), 0);
}

/** Of the processes that this one started, and those below them, which have ended; 0 where there is no /proc. */
export function cpuSecondsOfEnded(): number {
  let stat: string;
  try {
    stat = readFileSync('/proc/self/stat', 'utf8');
  } catch {
    return 0;
  }
  const fields = fieldsOf(stat);
  return (Number(fields[13]) + Number(fields[14])) / ticksPerSecond;
}

/** The command in brackets may hold blanks; fields are counted behind it. See proc(5). */
function fieldsOf(stat: string): string[] {
  return stat.replace(/^.*\) /s, '').split(' ');
}
