// 10,000 streams on 10,000 topics: an event is for one of them, so what counts is the way to it.

import { formatQuantity } from '../../src/report/quantity.ts';
import { deliveryFigures } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';

const STREAMS = 10_000;

function onTopics(seconds: number): Variant {
  return {
    id: 'topics',
    title: `${formatQuantity(STREAMS, 'count')} streams on ${formatQuantity(STREAMS, 'count')} topics, 2,000 events a second`,
    streams: STREAMS,
    needs: ['topics'],
    columns: ['cpuUsPerEvent', 'p50Us', 'p99Us', 'deliveriesPerSecond', 'lost'],
    seconds: STREAMS / CONNECTS_PER_SECOND + seconds + 3,
    async measure(turn) {
      const result = await turn.load({
        streams: STREAMS,
        topics: STREAMS,
        ramp: turn.ramp,
        duration: `${seconds}s`,
        rate: '2000/s',
      });
      turn.keep(result);
      return deliveryFigures(result);
    },
  };
}

export const topics: Scenario = {
  name: 'topics',
  variants: [onTopics(15)],
  planned: [{ variant: onTopics(5), rounds: 3, peers: ['holdfast', 'epoll-c', 'nchan', 'mercure'] }],
};
