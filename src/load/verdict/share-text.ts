// Shares and times in a verdict's words. A limit is never rounded to the better side: 99.989 % must not read 99.99 %.

/** Digits behind the first that is no 9. */
const DIGITS = 2;

/** `99.9897 %`; `down` and `up` say to which side a limit may move. */
export function shareText(share: number, round: 'down' | 'up' | 'near' = 'near'): string {
  const missing = 1 - share;
  // A share of 1 - 1e-9 has nine digits before anything is to be seen.
  const digits =
    missing <= 0 || missing >= 0.5 ? DIGITS : Math.min(Math.ceil(-Math.log10(missing * 100)) + DIGITS, 10);
  const scale = 10 ** Math.max(digits, 0);
  const scaled = share * 100 * scale;
  // 99.99 times 100 is not whole in binary: a hair's breadth is no reason to round.
  const near = Math.round(scaled);
  const exact = Math.abs(scaled - near) < 1e-6;
  const rounded =
    exact || round === 'near' ? near : round === 'down' ? Math.floor(scaled) : Math.ceil(scaled);
  return `${String(Number((rounded / scale).toFixed(10)))} %`;
}

export function countText(count: number): string {
  return (
    count < 100 && !Number.isInteger(count) ? Number(count.toPrecision(2)) : Math.round(count)
  ).toLocaleString('en');
}

export function timeText(us: number): string {
  if (us < 1000) return `${Math.round(us)} us`;
  if (us < 1_000_000) return `${Number((us / 1000).toPrecision(3))} ms`;
  return `${Number((us / 1_000_000).toPrecision(3))} s`;
}
