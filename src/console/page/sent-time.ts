// When an event was sent, by a time in its data: the protocol itself has none. Pure.

/** Looked for, in this order, when no member is named. */
export const usualMembers = ['time', 'timestamp', 'ts', 'sentAt'] as const;

const MIN_MS = Date.UTC(2001, 0);
const MAX_MS = Date.UTC(2100, 0);

/**
 * Milliseconds since 1970 (UTC), or undefined where there is no time. Texts are read as ISO 8601 with a zone; numbers
 * as seconds, milli-, micro- or nanoseconds, whichever lies in this century. `member` may be a path: `meta.sentAt`.
 */
export function sentTimeOf(value: unknown, member: string): number | undefined {
  if (member !== '') return timeOf(memberAt(value, member));
  for (const name of usualMembers) {
    const time = timeOf(memberAt(value, name));
    if (time !== undefined) return time;
  }
  return undefined;
}

function memberAt(value: unknown, path: string): unknown {
  let at = value;
  for (const name of path.split('.')) {
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name)) return undefined;
    at = (at as Record<string, unknown>)[name];
  }
  return at;
}

function timeOf(value: unknown): number | undefined {
  if (typeof value === 'number') return numericTime(value);
  if (typeof value !== 'string' || value.length > 40) return undefined;
  // Without a zone a browser takes its own, and the latency would be hours.
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d.*(?:Z|[+-]\d\d:?\d\d)$/.test(value)) return undefined;
  return inThisCentury(Date.parse(value));
}

function numericTime(value: number): number | undefined {
  for (const perMs of [1, 1e-3, 1e3, 1e6]) {
    const ms = inThisCentury(value / perMs);
    if (ms !== undefined) return ms;
  }
  return undefined;
}

const inThisCentury = (ms: number) => (ms >= MIN_MS && ms <= MAX_MS ? ms : undefined);
