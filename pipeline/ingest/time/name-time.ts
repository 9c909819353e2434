/** The time that a file's name holds: cameras, recorders and phones write it in a few ways. */

/** `20240512_063015`, `20240512063015`, `2024-05-12 06-30-15`, `2024-05-12T06:30:15`; milliseconds may follow, and the zone (a minus is
 * no zone: it parts numbers). */
const usual =
  /(?<!\d)(?<YYYY>(?:19|20)\d\d)[-_.]?(?<MM>\d\d)[-_.]?(?<DD>\d\d)[-_ T.]{0,2}(?<hh>\d\d)[-_:.h]?(?<mm>\d\d)[-_:.m]?(?<ss>\d\d)(?:[-_.]?\d{3})?(?<zone>Z|\+(?:0\d|1[0-4]):?(?:00|15|30|45))?(?!\d)/;

/** Google's phones write UTC. */
const utcName = /^PXL_/i;

const parts = ['YYYY', 'MM', 'DD', 'hh', 'mm', 'ss'] as const;

/**
 * A pattern of one's own: `TRAP-DDMMYYYY-hhmmss` has each of YYYY (or YY), MM, DD, hh, mm once, and ss where there are
 * seconds; what else is in it stands for itself.
 * @returns null where it lacks one of them
 */
export function namePattern(text: string): RegExp | null {
  const full = text.includes('YYYY') ? text : text.replace('YY', 'YYYY');
  const short = full !== text;
  if (parts.slice(0, 5).some((part) => full.split(part).length !== 2)) return null;
  const escaped = full.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
  const source = parts.reduce((pattern, part) => {
    return pattern.replace(part, `(?<${part}>\\d{${short && part === 'YYYY' ? 2 : part.length}})`);
  }, escaped);
  return new RegExp(source);
}

/**
 * @param name of the file, with or without its extension
 * @param own patterns that are tried first
 * @returns `2024-05-12T06:30:15`, with `Z` or `+0900` where the name says its zone; undefined where it has no time
 */
export function timeInName(name: string, own: readonly RegExp[] = []): string | undefined {
  for (const pattern of [...own, usual]) {
    const found = pattern.exec(name)?.groups;
    if (!found) continue;
    const { YYYY = '', MM, DD, hh, mm, ss = '00', zone = '' } = found;
    const year = YYYY.length === 2 ? `20${YYYY}` : YYYY;
    const time = `${year}-${MM}-${DD}T${hh}:${mm}:${ss}`;
    if (!isTime(time)) continue;
    return `${time}${zone || (utcName.test(name) ? 'Z' : '')}`;
  }
  return undefined;
}

/** Whether there is such a day and hour: 20241345 is none. @param time `2024-05-12T06:30:15` */
export function isTime(time: string): boolean {
  const parsed = new Date(`${time}Z`);
  return !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(time);
}
