// Numbers as a person reads them. Pure.

export function ageText(ms: number): string {
  const seconds = Math.max(Math.floor(ms / 1000), 0);
  if (seconds < 1) return 'now';
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  return seconds < 86_400 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

export const countText = (count: number): string => count.toLocaleString('en-US');

/** `1 event`, `1,200 events`. */
export const countOf = (count: number, noun: string): string =>
  `${countText(count)} ${noun}${count === 1 ? '' : 's'}`;

/** A latency: below 10 ms with one decimal, `1.2 s` above a second. A negative one is a difference of clocks. */
export function latencyText(ms: number): string {
  if (Math.abs(ms) >= 1000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Number.isInteger(ms) || Math.abs(ms) >= 10 ? Math.round(ms) : ms.toFixed(1)} ms`;
}

/** `950`, `12.3k`, `4.1M`. */
export function shortCount(count: number): string {
  if (count >= 999_500) return `${(count / 1e6).toFixed(1)}M`;
  return count >= 10_000 ? `${(count / 1000).toFixed(1)}k` : countText(Math.round(count));
}
