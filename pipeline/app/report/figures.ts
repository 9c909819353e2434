/** Numbers as the report writes them: the same text on every machine. */

export function count(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 0 });
}

/** "1 label", "2 labels". */
export function counted(value: number, noun: string, plural = `${noun}s`): string {
  return `${count(value)} ${value === 1 ? noun : plural}`;
}

/** 0..1 to three places; a dash where unknown. */
export function score(value: number | null | undefined): string {
  return value === null || value === undefined ? '–' : value.toFixed(3);
}

/** 0..1 to a percentage, never 0 % or 100 % of what is only nearly that. */
export function percent(share: number): string {
  const whole = Math.round(share * 100);
  if (whole === 0 && share > 0) return '< 1 %';
  if (whole === 100 && share < 1) return '> 99 %';
  return `${whole} %`;
}

/** "+0.042", "−0.010": signed as people read it. */
export function difference(value: number): string {
  const text = Math.abs(value).toFixed(3);
  if (Number(text) === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${text}`;
}

/** "0.4 s", "42 s", "3 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const [h, min, s] = [Math.floor(whole / 3600), Math.floor((whole % 3600) / 60), whole % 60];
  if (h > 0) return min === 0 ? `${h} h` : `${h} h ${min} min`;
  return s === 0 ? `${min} min` : `${min} min ${s} s`;
}

/** At most two places: "23.98". */
export function short(value: number): string {
  return String(Math.round(value * 100) / 100);
}

export function share(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}
