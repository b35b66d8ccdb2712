// Streams that ask by pattern: one pattern for all topics, and each a pattern of its own.

import type { Figures } from '../figures.ts';
import { deliveryFigures } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';
import type { LoadPlan, Turn } from '../turn.ts';

const columns = ['cpuUsPerEvent', 'p50Us', 'p99Us', 'deliveriesPerSecond', 'lost'] as const;

/** One pattern for 100 topics. */
function allTopics(seconds: number): Variant {
  return {
    id: 'patterns-all',
    title: '1,000 streams with one pattern for 100 topics, 100 events a second',
    streams: 1000,
    needs: ['patterns'],
    columns,
    seconds: seconds + 2,
    measure: (turn) => measure(turn, { wanted: 'all by pattern', topics: 100, rate: '100/s' }, 1000, seconds),
  };
}

function ownPattern(seconds: number): Variant {
  return {
    id: 'patterns-own',
    title: '10,000 streams with a pattern each, 2,000 events a second',
    streams: 10_000,
    needs: ['patterns'],
    columns,
    seconds: 10_000 / CONNECTS_PER_SECOND + seconds + 3,
    measure: (turn) =>
      measure(turn, { wanted: 'own by pattern', topics: 10_000, rate: '2000/s' }, 10_000, seconds),
  };
}

async function measure(
  turn: Turn,
  load: Pick<LoadPlan, 'wanted' | 'topics' | 'rate'>,
  streams: number,
  seconds: number,
): Promise<Figures> {
  const result = await turn.load({ ...load, streams, ramp: turn.ramp, duration: `${seconds}s` });
  turn.keep(result);
  return deliveryFigures(result);
}

export const patterns: Scenario = {
  name: 'patterns',
  variants: [allTopics(15), ownPattern(15)],
  planned: [
    { variant: allTopics(6), rounds: 3 },
    { variant: ownPattern(6), rounds: 3 },
  ],
};
