// Medians, spreads and ratios of rounds. Pure.

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  readonly rounds: number;
}

/** Of the rounds that have a value; undefined when none has. */
export function spreadOf(values: readonly (number | undefined)[]): Spread | undefined {
  const known = values.filter((value) => value !== undefined).toSorted((a, b) => a - b);
  if (known.length === 0) return undefined;
  const middle = (known[(known.length - 1) >> 1]! + known[known.length >> 1]!) / 2;
  return { median: middle, min: known[0]!, max: known.at(-1)!, rounds: known.length };
}

/** Round by round, since turns that were beside each other met the same machine; never the ratio of two medians. */
export function ratiosOf(
  own: readonly (number | undefined)[],
  other: readonly (number | undefined)[],
): (number | undefined)[] {
  return own.map((value, round) => {
    const base = other[round];
    return value === undefined || base === undefined || base === 0 ? undefined : value / base;
  });
}
