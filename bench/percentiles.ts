// Middle, tail and end of some thousand values, exactly. Pure.

export interface Percentiles {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** @throws RangeError for no values. */
export function percentilesOf(values: readonly number[]): Percentiles {
  if (values.length === 0) throw new RangeError('Expected at least one value');
  const sorted = values.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)]!;
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1)! };
}
