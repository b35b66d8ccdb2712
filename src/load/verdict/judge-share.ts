// The one comparison behind every objective: a share of successes with its limits against a target.

import type { Outcome, VerdictCheck } from '../result.ts';
import type { ClusteredShare } from '../statistics/clustered-share.ts';
import { countText, shareText } from './share-text.ts';

/**
 * Pass when the lower limit reaches the target, fail when the upper limit does not, else not proven. The limits
 * hold with 95 % each, and so does the outcome.
 */
export function compareShare({ low, high }: { low: number; high: number }, target: number): Outcome {
  if (low >= target) return 'pass';
  return high < target ? 'fail' : 'not proven';
}

/** `with 95 % confidence 99.1 % to 99.98 %`. */
export function limitsText({ low, high }: { low: number; high: number }): string {
  return `with 95 % confidence from ${shareText(low, 'down')} to ${shareText(high, 'up')}`;
}

/** What failures that came together are worth, where that differs from their number. */
export function worthText(share: ClusteredShare, blockMs: number): string {
  const where = `in ${countText(share.clustersHit)} of ${countText(share.clusters)} blocks of ${blockMs / 1000} s`;
  if (share.failures === 0 || share.effectiveTrials > share.trials * 0.99) return where;
  return (
    `${where}; since they came together they count as ${countText(share.effectiveFailures)} of ` +
    `${countText(share.effectiveTrials)} independent trials`
  );
}

export function notProven(objective: string, because: string): VerdictCheck {
  return { objective, outcome: 'not proven', because };
}
