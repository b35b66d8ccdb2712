// Shares out among the processes of a hub the rate at which it may end streams: in proportion to what each has to end, so
// that all are done at the same time. Pure.

// The counts are a moment old: who had few a moment ago may have more by now, and still ends them in bounded time.
const LEAST_OF_MEAN = 0.1;

/** How many streams a second each process may end, at least 1, given how many each has. */
export function shareRate(counts: readonly number[], perSecond: number): readonly number[] {
  const mean = sum(counts) / counts.length;
  const weights = counts.map((count) => Math.max(count, mean * LEAST_OF_MEAN, 1));
  const whole = sum(weights);
  return weights.map((weight) => Math.max(1, Math.floor((perSecond * weight) / whole)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
