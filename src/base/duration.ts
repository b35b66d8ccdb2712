// Durations as people write them in flags and files (`15s`, `1h30m`), as milliseconds inside.

const UNIT_MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Reads `500ms`, `15s`, `5m`, `1h30m`, `2d` as milliseconds.
 *
 * @throws RangeError for anything else, also for a bare number, since its unit would be a guess.
 */
export function parseDuration(text: string): number {
  const parts = /^(?:\d+(?:\.\d+)?(?:ms|s|m|h|d))+$/.test(text) ? text.matchAll(/([\d.]+)(ms|s|m|h|d)/g) : [];
  let sumMs = 0;
  for (const [, amount, unit] of parts) sumMs += Number(amount) * UNIT_MS[unit as keyof typeof UNIT_MS];
  const totalMs = Math.round(sumMs);
  if (totalMs <= 0 || !Number.isSafeInteger(totalMs)) {
    throw new RangeError(`Expected a duration such as 500ms, 15s, 5m or 1h30m, got ${JSON.stringify(text)}`);
  }
  return totalMs;
}

/**
 * Writes milliseconds the way parseDuration reads them: 90000 -> `1m30s`. A negative one, which parseDuration
 * refuses, gets a sign.
 *
 * @throws RangeError when `ms` is not finite.
 */
export function formatDuration(ms: number): string {
  if (!Number.isFinite(ms)) throw new RangeError(`Expected a finite duration in ms, got ${ms}`);
  let restMs = Math.abs(Math.round(ms));
  if (restMs === 0) return '0ms';
  let text = ms < 0 ? '-' : '';
  for (const unit of ['d', 'h', 'm', 's', 'ms'] as const) {
    const amount = Math.floor(restMs / UNIT_MS[unit]);
    if (amount > 0) text += `${amount}${unit}`;
    restMs -= amount * UNIT_MS[unit];
  }
  return text;
}
