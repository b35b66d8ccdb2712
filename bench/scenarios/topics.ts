// 10,000 streams on 10,000 topics: an event is for one of them, so what counts is the way to it.

import { formatQuantity } from '../../src/report/quantity.ts';
import { deliveryFigures } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario } from '../scenario.ts';

const STREAMS = 10_000;

export const topics: Scenario = {
  name: 'topics',
  variants: [
    {
      id: 'topics',
      title: `${formatQuantity(STREAMS, 'count')} streams on ${formatQuantity(STREAMS, 'count')} topics, 2,000 events a second`,
      streams: STREAMS,
      needs: ['topics'],
      columns: ['cpuUsPerEvent', 'p50Us', 'p99Us', 'deliveriesPerSecond', 'lost'],
      seconds: 30,
      async measure(turn) {
        const result = await turn.load({
          streams: STREAMS,
          topics: STREAMS,
          ramp: `${CONNECTS_PER_SECOND}/s`,
          duration: '15s',
          rate: '2000/s',
        });
        turn.keep(result);
        return deliveryFigures(result);
      },
    },
  ],
};
