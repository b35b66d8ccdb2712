// A soak's trends as a part of its verdict. Growth of anything fails it. Doubt is held against a run only where it set out
// to prove something: about memory, unless another look at memory is clear, and about open files.

import type { Outcome, TrendRecord, Verdict, VerdictCheck } from '../result.ts';
import { verdictOf } from '../verdict/verdict.ts';
import { quantities } from './quantities.ts';

const outcomes: Readonly<Record<TrendRecord['outcome'], Outcome>> = {
  leak: 'fail',
  'no leak': 'pass',
  'not enough data': 'not proven',
};

/** The verdict of the trends and of the checks of `--slo`; undefined when there is neither. */
export function soakVerdict(
  trends: readonly TrendRecord[],
  objectives: readonly VerdictCheck[],
): Verdict | undefined {
  const ignored = new Set(trends.filter((trend) => isIgnored(trend, trends)));
  const checkOf = (trend: TrendRecord) => ({
    objective: `no leak: ${trend.quantity}${ignored.has(trend) ? ' (not counted)' : ''}`,
    outcome: outcomes[trend.outcome],
    because: trend.because,
  });
  const checks = [...objectives, ...trends.map(checkOf)];
  if (checks.length === 0) return undefined;
  const counted = [...objectives, ...trends.filter((trend) => !ignored.has(trend)).map(checkOf)];
  // A run that proved nothing at all is no success.
  const { outcome } = verdictOf(counted.length > 0 ? counted : checks);
  return { outcome, checks };
}

function isIgnored({ quantity, outcome }: TrendRecord, trends: readonly TrendRecord[]): boolean {
  if (outcome !== 'not enough data') return false;
  const proves = provenBy(quantity);
  if (proves !== 'memory') return proves === undefined;
  return trends.some((other) => provenBy(other.quantity) === 'memory' && other.outcome === 'no leak');
}

function provenBy(name: TrendRecord['quantity']) {
  return quantities.find((quantity) => quantity.name === name)!.proves;
}
