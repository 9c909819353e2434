/** Kills every process of a run once, with SIGKILL, while it works. */
import { type Process, processes } from './process-list.ts';
import { type Ran, start } from './shika.ts';
import { until } from './until.ts';

/** In the order of work: the last to be killed is the server itself. */
const VICTIMS = ['decoder', 'tracker', 'detector', 'filter', 'trainer', 'explainer', 'nats-server'] as const;

/**
 * @param args of a command that works on a private bus
 * @param out its folder, told apart from other runs by its path
 */
export async function killEachOnce(
  args: readonly string[],
  out: string,
): Promise<{ ran: Ran; killed: string[] }> {
  const { child, ended } = start(args);
  let over = false;
  void ended.then(() => {
    over = true;
  });
  const killed: string[] = [];
  const isBack = ({ pid, command }: Process) =>
    processes().some((other) => other.command === command && other.pid !== pid);
  for (const victim of VICTIMS) {
    const find = () => processes().find((process) => isVictim(process, victim, child.pid ?? 0, out));
    await until(() => over || find() !== undefined, `a ${victim} runs`, 60_000);
    const found = over ? undefined : find();
    if (!found) break;
    process.kill(found.pid, 'SIGKILL');
    killed.push(victim);
    // The next one dies when this one is back at work: kills meet different moments of the run.
    await until(() => over || isBack(found), `another ${victim} runs`, 60_000);
  }
  return { ran: await ended, killed };
}

function isVictim({ parent, command }: Process, victim: string, run: number, out: string): boolean {
  if (victim === 'nats-server') return command.includes('nats-server') && command.includes(out);
  return parent === run && (command.endsWith(`stage ${victim}`) || command === `shika ${victim}`);
}
