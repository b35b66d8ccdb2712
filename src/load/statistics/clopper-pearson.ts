// Limits for a probability of which only counted trials are known, by Clopper and Pearson (Biometrika 26, 1934):
// exact for any number of trials, also where nothing or everything failed.
//
// Each limit holds with the given confidence on its own side, since the question asked of it is one-sided ("is it
// at least 99.99 %?"); the two together hold with 90 % where each holds with 95 %.

import { inverseIncompleteBeta } from './incomplete-beta.ts';

/** The confidence of each limit that Holdfast states. */
export const CONFIDENCE = 0.95;

export interface Limits {
  readonly low: number;
  readonly high: number;
}

/**
 * The limits of the probability of a hit, after `hits` of `trials`. Count the rarer outcome as the hit: near 0
 * there are more digits than near 1. Neither has to be whole (see clustered-share.ts).
 */
export function clopperPearson(hits: number, trials: number, confidence = CONFIDENCE): Limits {
  if (!(trials > 0 && hits >= 0 && hits <= trials)) {
    throw new RangeError(`Expected \`hits\` to be from 0 to \`trials\`, got ${hits} of ${trials}`);
  }
  const risk = 1 - confidence;
  const misses = trials - hits;
  return {
    low: hits === 0 ? 0 : inverseIncompleteBeta(risk, hits, misses + 1),
    high: misses === 0 ? 1 : inverseIncompleteBeta(1 - risk, hits + 1, misses),
  };
}

/**
 * How many trials without a failure show that at least `share` succeed: 29,956 for 99.99 % (the usual rule of
 * three, which rounds a logarithm, says 29,957). Infinite for a share of 1: no number of trials shows that.
 */
export function trialsToShow(share: number, confidence = CONFIDENCE): number {
  return share >= 1 ? Number.POSITIVE_INFINITY : Math.ceil(Math.log(1 - confidence) / Math.log(share));
}
