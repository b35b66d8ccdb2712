// A percentile against a target, as a share: `latency.p99<=500ms` holds when 99 % of all latencies are within 500 ms.
// So it gets the same limits as any share. Where samples carry a histogram each (latency, reconnect), blocks of time
// show what values above the target are worth: one stall of a second is one fault, however many events it held up.

import type { TimeKind, VerdictCheck } from '../result.ts';
import { trialsToShow } from '../statistics/clopper-pearson.ts';
import { type ClusteredShare, clusteredShare, plainShare } from '../statistics/clustered-share.ts';
import type { LatencyHistogram } from '../statistics/histogram.ts';
import type { TimeBlocks } from './blocks.ts';
import { compareShare, limitsText, notProven, worthText } from './judge-share.ts';
import { percentiles, type TimeObjective } from './objective.ts';
import { countText, timeText } from './share-text.ts';

const nouns: Readonly<Record<TimeKind, string>> = {
  connect: 'connects',
  head: 'response heads',
  firstEvent: 'first events',
  latency: 'deliveries',
  reconnect: 'reconnects',
  silence: 'silences',
  heartbeatGap: 'heartbeats',
};

export interface TimeEvidence {
  /** Of the whole run. */
  readonly histogram: LatencyHistogram | undefined;
  /** Values and those above the target, by block; empty where samples carry no histogram. */
  readonly blocks: TimeBlocks;
  /** The same without the intervals in which the generator itself was late. */
  readonly unlimited: TimeBlocks;
}

export function checkTime(objective: TimeObjective, evidence: TimeEvidence): VerdictCheck {
  const { text, measure, percentile, targetMs } = objective;
  const share = shareWithin(evidence, targetMs);
  if (share === undefined) return notProven(text, `no ${nouns[measure]} were measured`);
  const wanted = percentiles[percentile];
  // `max` asks for all of them in this run: a count, without a statement about the next run.
  const outcome = wanted === 1 ? (share.failures === 0 ? 'pass' : 'fail') : compareShare(share, wanted);
  const value = evidence.histogram?.figures()?.[figureOf[percentile]];
  const measured = value === undefined ? '' : `${percentile} ${timeText(value)}; `;
  const blocks = evidence.blocks.clusters.length > 0;
  const unit = blocks
    ? `, ${worthText(share, evidence.blocks.blockMs)}`
    : ', each counted as a trial of its own';
  const limits = wanted === 1 ? '' : `: within it ${limitsText(share)}, wanted ${wanted * 100} %`;
  const sum =
    `${measured}${countText(share.failures)} of ${countText(share.trials)} ${nouns[measure]} above ` +
    `${timeText(targetMs * 1000)}${unit}${limits}`;
  if (outcome === 'fail' && !failsWithout(evidence, wanted)) {
    return notProven(text, `${sum}; but only in intervals in which the generator itself was late`);
  }
  const few = outcome === 'not proven' && share.failures === 0;
  return {
    objective: text,
    outcome,
    because: few ? `${sum}; it takes ${countText(trialsToShow(wanted))}` : sum,
  };
}

const figureOf = { p50: 'p50Us', p90: 'p90Us', p99: 'p99Us', 'p99.9': 'p999Us', max: 'maxUs' } as const;

function shareWithin({ histogram, blocks }: TimeEvidence, targetMs: number): ClusteredShare | undefined {
  const { clusters } = blocks;
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0);
  if (trials > 0) return clusteredShare(clusters, trials);
  if (histogram === undefined || histogram.count === 0) return undefined;
  return plainShare(histogram.count, histogram.countAbove(targetMs * 1000));
}

/** A late generator makes latencies upper bounds: good enough for a pass, not for a fail. */
function failsWithout({ blocks, unlimited }: TimeEvidence, wanted: number): boolean {
  if (blocks.clusters.length === 0) return true;
  const { clusters } = unlimited;
  const trials = clusters.reduce((sum, cluster) => sum + cluster.trials, 0);
  if (trials === 0) return false;
  const share = clusteredShare(clusters, trials);
  return wanted === 1 ? share.failures > 0 : share.high < wanted;
}
