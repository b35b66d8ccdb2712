// Finds the highest rate that a server still serves well, with few tries: up by a factor until it does not, then
// between the highest good and the lowest bad rate. Pure: whoever calls it measures.

export interface SaturationStep {
  readonly ratePerSecond: number;
  readonly isGood: boolean;
}

export interface SearchPlan {
  readonly firstPerSecond: number;
  /** From one rate to the next while all is well. */
  readonly factor: number;
  /** The search is over when the lowest bad rate is at most so many times the highest good one. */
  readonly precision: number;
  readonly maxSteps: number;
}

/** The next rate to try; undefined when the search is over. */
export function nextRate(steps: readonly SaturationStep[], plan: SearchPlan): number | undefined {
  const { firstPerSecond, factor, precision, maxSteps } = plan;
  if (steps.length >= maxSteps) return undefined;
  if (steps.length === 0) return firstPerSecond;
  const lowestBad = Math.min(...ratesOf(steps, false));
  // A good step above a bad one was luck, or the bad one was noise: what is below both is what counts.
  const highestGood = Math.max(0, ...ratesOf(steps, true).filter((rate) => rate < lowestBad));
  if (lowestBad === Number.POSITIVE_INFINITY) return Math.round(highestGood * factor);
  if (highestGood === 0) return whole(lowestBad / factor, lowestBad);
  if (lowestBad / highestGood <= precision) return undefined;
  return whole(Math.sqrt(highestGood * lowestBad), lowestBad);
}

/** The index of the good step with the highest rate below every bad one; undefined when there is none. */
export function bestStep(steps: readonly SaturationStep[]): number | undefined {
  const lowestBad = Math.min(...ratesOf(steps, false));
  const rates = steps.map(({ ratePerSecond, isGood }) =>
    isGood && ratePerSecond < lowestBad ? ratePerSecond : 0,
  );
  const best = Math.max(0, ...rates);
  return best === 0 ? undefined : rates.indexOf(best);
}

function ratesOf(steps: readonly SaturationStep[], isGood: boolean): number[] {
  return steps.filter((step) => step.isGood === isGood).map(({ ratePerSecond }) => ratePerSecond);
}

/** A rate is a whole number of events; below the lowest bad one, or there is no such rate. */
function whole(rate: number, below: number): number | undefined {
  const rounded = Math.round(rate);
  return rounded >= 1 && rounded < below ? rounded : undefined;
}
