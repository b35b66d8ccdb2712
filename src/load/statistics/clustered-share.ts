// Limits for a share of successes where one fault fails many trials at once: 10,000 streams that miss the same
// event are not 10,000 observations. Trials come in clusters (blocks of time); how unequal the clusters are tells
// how many independent trials the data is worth, and these go through Clopper and Pearson. The method is that of
// E. L. Korn and B. I. Graubard, Survey Methodology 24 (1998) 193-201, also used by the US health surveys:
//
//   v  = variance of the failed share as a ratio estimate over the clusters
//   n* = share (1 - share) / v                         trials the data is worth, "effective trials"
//   n* is reduced by (t of many / t of clusters - 1)^2  v itself is only estimated
//
// One cluster of many that fails becomes one failure, whatever it held; failures that are spread evenly stay
// as many as they are.

import { CONFIDENCE, clopperPearson } from './clopper-pearson.ts';
import { inverseIncompleteBeta } from './incomplete-beta.ts';

/** Student's t at CONFIDENCE where there are many trials: the normal distribution's 95 % point. */
const NORMAL_QUANTILE = 1.6448536269514722;

export interface Cluster {
  readonly trials: number;
  readonly failures: number;
}

export interface ClusteredShare {
  readonly trials: number;
  readonly failures: number;
  readonly clusters: number;
  readonly clustersHit: number;
  readonly effectiveTrials: number;
  readonly effectiveFailures: number;
  /** Of successes, with the limits that each hold with 95 %. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/**
 * @param mostTrials what the data is worth at best: all its trials, unless the trials of a cluster cannot be
 *   independent (seconds of one stream); then the number of clusters.
 */
export function clusteredShare(clusters: readonly Cluster[], mostTrials: number): ClusteredShare {
  let trials = 0;
  let failures = 0;
  let clustersHit = 0;
  for (const cluster of clusters) {
    trials += cluster.trials;
    failures += cluster.failures;
    if (cluster.failures > 0) clustersHit++;
  }
  if (!(trials > 0)) throw new RangeError('Expected at least one trial');
  const failed = failures / trials;
  const effectiveTrials = Math.min(mostTrials, worth(clusters, trials, failed));
  return { trials, failures, clusters: clusters.length, clustersHit, ...limitsOf(failed, effectiveTrials) };
}

/** The same for trials that are independent of each other: each is its own cluster. */
export function plainShare(trials: number, failures: number): ClusteredShare {
  return {
    trials,
    failures,
    clusters: trials,
    clustersHit: failures,
    ...limitsOf(failures / trials, trials),
  };
}

function limitsOf(failed: number, effectiveTrials: number) {
  const effectiveFailures = failed * effectiveTrials;
  const limits = clopperPearson(effectiveFailures, effectiveTrials);
  return {
    effectiveTrials,
    effectiveFailures,
    share: 1 - failed,
    low: 1 - limits.high,
    high: 1 - limits.low,
  };
}

function worth(clusters: readonly Cluster[], trials: number, failed: number): number {
  // Where all trials had one outcome, nothing shows how they hang together.
  if (failed === 0) return trials;
  if (failed === 1) return clusters.length;
  // A lone cluster cannot be compared with another: all its failures may have been one.
  if (clusters.length < 2) return 1 / failed;
  let squares = 0;
  for (const cluster of clusters) squares += (cluster.failures - failed * cluster.trials) ** 2;
  if (squares === 0) return trials;
  const variance = ((clusters.length / (clusters.length - 1)) * squares) / trials ** 2;
  const reduction = (NORMAL_QUANTILE / studentQuantile(clusters.length - 1)) ** 2;
  return Math.max(((failed * (1 - failed)) / variance) * Math.min(reduction, 1), 1);
}

/** Student's t at CONFIDENCE, through the incomplete beta function (DLMF 8.17, Abramowitz and Stegun 26.7.1). */
export function studentQuantile(degreesOfFreedom: number): number {
  const x = inverseIncompleteBeta(2 * (1 - CONFIDENCE), degreesOfFreedom / 2, 0.5);
  return Math.sqrt((degreesOfFreedom * (1 - x)) / x);
}
