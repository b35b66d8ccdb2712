// Streams that ask by pattern: one pattern for all topics, and each a pattern of its own.

import { deliveryFigures } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario } from '../scenario.ts';

const columns = ['cpuUsPerEvent', 'p50Us', 'p99Us', 'deliveriesPerSecond', 'lost'] as const;

export const patterns: Scenario = {
  name: 'patterns',
  variants: [
    {
      id: 'patterns-all',
      title: '1,000 streams with one pattern for 100 topics, 100 events a second',
      streams: 1000,
      needs: ['patterns'],
      columns,
      seconds: 20,
      async measure(turn) {
        const load = {
          streams: 1000,
          topics: 100,
          ramp: `${CONNECTS_PER_SECOND}/s`,
          duration: '15s',
          rate: '100/s',
        };
        const result = await turn.load({ ...load, wanted: 'all by pattern' });
        turn.keep(result);
        return deliveryFigures(result);
      },
    },
    {
      id: 'patterns-own',
      title: '10,000 streams with a pattern each, 2,000 events a second',
      streams: 10_000,
      needs: ['patterns'],
      columns,
      seconds: 30,
      async measure(turn) {
        const load = {
          streams: 10_000,
          topics: 10_000,
          ramp: `${CONNECTS_PER_SECOND}/s`,
          duration: '15s',
          rate: '2000/s',
        };
        const result = await turn.load({ ...load, wanted: 'own by pattern' });
        turn.keep(result);
        return deliveryFigures(result);
      },
    },
  ],
};
