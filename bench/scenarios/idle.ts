// What a stream costs that only waits: private memory of the server's processes, and the kernel's for its sockets.

import { formatQuantity } from '../../src/report/quantity.ts';
import { readFastLaneShare } from '../lanes.ts';
import { idleFigures, present } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';
import type { Turn } from '../turn.ts';

const WAIT_SECONDS = 10;
/**
 * A collector that runs by the amount of garbage comes late where there are few streams: of Holdfast's 5,000 it was 3.7 KiB
 * a stream after 6 s and 2.9 after 8. Of 15,000 it has come by the time that all are up.
 */
const LATE_SECONDS = 8;
const SHORT_WAIT_SECONDS = 3;

function waiting(streams: number, topics: 'one' | 'own', waitSeconds = WAIT_SECONDS): Variant {
  return {
    id: `idle-${streams}-${topics}`,
    title: `${formatQuantity(streams, 'count')} idle streams, ${topics === 'one' ? 'one topic' : 'each on its own topic'}`,
    streams,
    needs: topics === 'own' ? ['topics'] : [],
    columns: ['privateBytesPerStream', 'kernelBytesPerStream', 'basePrivateBytes', 'fastLaneShare'],
    seconds: streams / CONNECTS_PER_SECOND + waitSeconds + 2 + streams / 5000,
    async measure(turn: Turn) {
      const before = await turn.readServer();
      let lane: number | undefined;
      const result = await turn.load({
        streams,
        topics: topics === 'one' ? 1 : streams,
        ramp: turn.ramp,
        duration: `${waitSeconds}s`,
        async whileUp() {
          lane = await readFastLaneShare(turn.peer.urlFor('own topic'));
        },
      });
      turn.keep(result);
      return { ...idleFigures(result, before), ...present({ fastLaneShare: lane }) };
    },
  };
}

const counts = [1000, 5000, 15_000];

export const idle: Scenario = {
  name: 'idle',
  variants: [
    ...counts.map((count) => waiting(count, 'one')),
    ...counts.map((count) => waiting(count, 'own')),
  ],
  planned: [
    // Of 1,000 streams little can be told, and nothing is asked.
    { variant: waiting(5000, 'one', LATE_SECONDS), rounds: 3 },
    {
      variant: waiting(15_000, 'one', SHORT_WAIT_SECONDS),
      rounds: 3,
      peers: ['holdfast', 'go-net-http', 'nchan'],
    },
    { variant: waiting(15_000, 'own', SHORT_WAIT_SECONDS), rounds: 3, peers: ['holdfast', 'nchan'] },
  ],
  quick: [waiting(5000, 'one', LATE_SECONDS)],
};
