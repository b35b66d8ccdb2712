// A soak's trends as checks of its verdict.

import type { Outcome, TrendRecord, VerdictCheck } from '../result.ts';

const outcomes: Readonly<Record<TrendRecord['outcome'], Outcome>> = {
  leak: 'fail',
  'no leak': 'pass',
  'not enough data': 'not proven',
};

/** One check for each trend, to be joined with those of --slo by `verdictOf`. */
export function trendChecks(trends: readonly TrendRecord[]): VerdictCheck[] {
  return trends.map(({ quantity, outcome, because }) => ({
    objective: `no leak: ${quantity}`,
    outcome: outcomes[outcome],
    because,
  }));
}
