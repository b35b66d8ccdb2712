// Delivery and availability. Their units differ, and each verdict says which one it used:
//
//   delivery      a trial is one event owed to one stream. While none is lost nothing shows that losses come
//                 together, and each counts. Once some are lost, the blocks of time in which the lost events were
//                 published tell how many trials that is worth (statistics/clustered-share.ts): one fault that loses
//                 an event for 10,000 streams is one failure, not 10,000.
//   availability  a trial is a block of time. Seconds of one stream are never independent (a stream that is stale now
//                 is stale a second later), nor are those of many streams behind one fault.

import { formatDuration } from '../../base/duration.ts';
import type { LedgerFigures, VerdictCheck } from '../result.ts';
import { trialsToShow } from '../statistics/clopper-pearson.ts';
import { type Cluster, clusteredShare } from '../statistics/clustered-share.ts';
import type { TimeBlocks } from './blocks.ts';
import { compareShare, limitsText, notProven, worthText } from './judge-share.ts';
import type { ShareObjective } from './objective.ts';
import { countText, shareText } from './share-text.ts';

export function checkDelivery(
  { target, text }: ShareObjective,
  ledger: LedgerFigures | undefined,
): VerdictCheck {
  if (ledger === undefined)
    return notProven(text, 'payloads carried no stamps, so nobody knows what was owed');
  const { expected, lost, exact, losses } = ledger;
  if (expected === 0) return notProven(text, 'no event was owed to any stream');
  const clusters = losses === undefined ? [{ trials: expected, failures: lost }] : lossClusters(ledger);
  const share = clusteredShare(clusters, expected);
  const where = lost === 0 || losses === undefined ? '' : `, ${worthText(share, losses.blockMs)}`;
  const unknown =
    lost > 0 && losses === undefined ? ', counted as one fault since their times are not known' : '';
  const sum = `${countText(lost)} of ${countText(expected)} deliveries lost${where}${unknown}: ${limitsText(share)}`;
  const outcome = compareShare(share, target);
  // Inexact, the count can be off in both directions: a bound was met, or the server may not have had the events.
  if (!exact) return notProven(text, `${sum}; but not every event can be accounted for`);
  const more = outcome === 'not proven' && lost === 0 ? `; ${trialsText(target, 'deliveries')}` : '';
  return { objective: text, outcome, because: `${sum}${more}` };
}

// Only blocks with a loss are listed; what else was owed is spread over the others.
function lossClusters({ expected, losses }: LedgerFigures): Cluster[] {
  const lossy = losses!.lossy.map((block) => ({ trials: block.expected, failures: block.lost }));
  const clean = Math.max(losses!.blocks - lossy.length, 0);
  const rest = Math.max(expected - lossy.reduce((sum, { trials }) => sum + trials, 0), 0);
  return [...lossy, ...Array.from({ length: clean }, () => ({ trials: rest / clean, failures: 0 }))];
}

export function checkAvailability({ target, text }: ShareObjective, blocks: TimeBlocks): VerdictCheck {
  const { clusters, blockMs } = blocks;
  if (clusters.length === 0) return notProven(text, 'no stream was wanted in any interval');
  const share = clusteredShare(clusters, clusters.length);
  const outcome = compareShare(share, target);
  const sum =
    `${shareText(share.share)} of ${countText(share.trials)} stream-seconds connected and fresh, ` +
    `${countText(share.failures)} not, ${share.clustersHit} of ${share.clusters} blocks of ${blockMs / 1000} s hit; ` +
    `one fault hits many streams, so a block is one trial: ${limitsText(share)}`;
  const blocksNeeded = trialsToShow(target);
  const howLong = Number.isFinite(blocksNeeded) ? `, ${formatDuration(blocksNeeded * blockMs)}` : '';
  const more = outcome === 'not proven' ? `; ${trialsText(target, 'blocks')}${howLong}` : '';
  return { objective: text, outcome, because: `${sum}${more}` };
}

function trialsText(target: number, unit: string): string {
  const trials = trialsToShow(target);
  if (!Number.isFinite(trials)) return 'no number of trials proves 100 %';
  return `${shareText(target)} takes ${countText(trials)} ${unit} without a failure`;
}
