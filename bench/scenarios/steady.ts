// The same 100,000 deliveries a second from few streams and from many: what an event costs, and how late it is.

import { formatQuantity } from '../../src/report/quantity.ts';
import { deliveryFigures } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';

const DELIVERIES_PER_SECOND = 100_000;

function steadily(streams: number, seconds: number): Variant {
  // For a minute, so that a rate below one a second is still even.
  const perMinute = Math.round((DELIVERIES_PER_SECOND / streams) * 60);
  return {
    id: `steady-${streams}`,
    title: `100,000 deliveries a second to ${formatQuantity(streams, 'count')} streams`,
    streams,
    columns: ['cpuUsPerEvent', 'p50Us', 'p99Us', 'deliveriesPerSecond', 'lost', 'toolCores'],
    seconds: streams / CONNECTS_PER_SECOND + seconds + 2 + streams / 4000,
    async measure(turn) {
      const result = await turn.load({
        streams,
        ramp: turn.ramp,
        duration: `${seconds}s`,
        rate: `${perMinute}/m`,
      });
      turn.keep(result);
      return deliveryFigures(result);
    },
  };
}

export const steady: Scenario = {
  name: 'steady',
  variants: [1000, 2000, 5000, 17_000].map((streams) => steadily(streams, 15)),
  planned: [
    { variant: steadily(2000, 5), rounds: 5 },
    // The curve: whether an event costs the same however many streams it goes to, beside the floor.
    ...[1000, 5000, 17_000].map((streams) => ({
      variant: steadily(streams, 5),
      rounds: streams > 10_000 ? 3 : 5,
      peers: ['holdfast', 'epoll-c'],
    })),
  ],
  quick: [steadily(2000, 5)],
};
