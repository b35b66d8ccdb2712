// As much as a server delivers to 2,000 streams while 99 % come within 250 ms and none is lost.

import { formatQuantity } from '../../src/report/quantity.ts';
import { deliveryFigures, type LoadResult } from '../load-result.ts';
import { bestStep, nextRate, type SaturationStep, type SearchPlan } from '../saturation-search.ts';
import type { Scenario, Variant } from '../scenario.ts';

const STREAMS = 2000;
const MOST_P99_US = 250_000;

/** What a step takes beside its seconds: the tool's start, the ramp and settling. */
const STEP_OVERHEAD_SECONDS = 2.3;

/**
 * @param goesOn - later rounds begin just below what the round before came to, and need fewer steps for the same precision.
 */
function saturating(id: string, stepSeconds: number, given: SearchPlan, goesOn = false): Variant {
  const bestByPeer = new Map<string, number>();
  return {
    id,
    title: `as many events to ${formatQuantity(STREAMS, 'count')} streams as come within 250 ms (p99), none lost`,
    streams: STREAMS,
    columns: ['cpuUsPerEvent', 'p99Us', 'eventsPerSecond', 'deliveriesPerSecond', 'toolCores'],
    seconds: (goesOn ? LATER_STEPS + 1 : given.maxSteps) * (stepSeconds + STEP_OVERHEAD_SECONDS),
    async measure(turn) {
      const before = goesOn ? bestByPeer.get(turn.name) : undefined;
      const plan = before === undefined ? given : laterPlan(given, before);
      const steps: SaturationStep[] = [];
      const results: LoadResult[] = [];
      for (;;) {
        const ratePerSecond = nextRate(steps, plan);
        if (ratePerSecond === undefined) break;
        const result = await turn.load({
          streams: STREAMS,
          ramp: turn.ramp,
          duration: `${stepSeconds}s`,
          rate: `${ratePerSecond}/s`,
          // A server that is beyond its limit needs not long to show it.
          more: ['--settle', '2s'],
          label: `-${ratePerSecond}`,
        });
        steps.push({ ratePerSecond, isGood: isServedWell(result) });
        results.push(result);
      }
      const best = bestStep(steps);
      if (best === undefined) throw new Error('no rate was served within 250 ms and without loss');
      bestByPeer.set(turn.name, steps[best]!.ratePerSecond);
      turn.keep(results[best]!);
      return deliveryFigures(results[best]!);
    },
  };
}

const LATER_STEPS = 3;

function laterPlan(plan: SearchPlan, before: number): SearchPlan {
  const { precision } = plan;
  return {
    ...{ firstPerSecond: Math.max(1, Math.round(before / precision)), factor: precision },
    ...{ precision, maxSteps: LATER_STEPS },
  };
}

function isServedWell({ summary }: LoadResult): boolean {
  const { ledger, latency, publishErrorsTotal } = summary;
  return (
    (latency?.p99Us ?? Number.POSITIVE_INFINITY) <= MOST_P99_US &&
    ledger?.lost === 0 &&
    publishErrorsTotal === 0
  );
}

export const saturate: Scenario = {
  name: 'saturate',
  variants: [saturating('saturate', 5, { firstPerSecond: 50, factor: 2, precision: 1.15, maxSteps: 9 })],
  planned: [
    {
      variant: saturating(
        'saturate',
        3,
        { firstPerSecond: 100, factor: 2, precision: 1.25, maxSteps: 6 },
        true,
      ),
      rounds: 3,
    },
  ],
  quick: [saturating('saturate', 2, { firstPerSecond: 100, factor: 2, precision: 1.5, maxSteps: 3 })],
};
