/** Seconds of processor that this process and all it started have used, from Linux' /proc. */
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
      // The command in brackets may hold blanks; fields are counted behind it. See proc(5).
      const fields = readFileSync(`/proc/${entry}/stat`, 'utf8')
        .replace(/^.*\) /s, '')
        .split(' ');
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
