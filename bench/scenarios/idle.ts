// What a stream costs that only waits: private memory of the server's processes, and the kernel's for its sockets.

import { formatQuantity } from '../../src/report/quantity.ts';
import { readFastLaneShare } from '../lanes.ts';
import { idleFigures, present } from '../load-result.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';
import type { Turn } from '../turn.ts';

const WAIT_SECONDS = 5;

function waiting(streams: number, topics: 'one' | 'own', connectsPerSecond = CONNECTS_PER_SECOND): Variant {
  return {
    id: `idle-${streams}-${topics}`,
    title: `${formatQuantity(streams, 'count')} idle streams, ${topics === 'one' ? 'one topic' : 'each on its own topic'}`,
    streams,
    needs: topics === 'own' ? ['topics'] : [],
    columns: ['privateBytesPerStream', 'kernelBytesPerStream', 'basePrivateBytes', 'fastLaneShare'],
    seconds: streams / connectsPerSecond + WAIT_SECONDS + 3,
    async measure(turn: Turn) {
      const before = await turn.readServer();
      let lane: number | undefined;
      const result = await turn.load({
        streams,
        topics: topics === 'one' ? 1 : streams,
        ramp: `${connectsPerSecond}/s`,
        duration: `${WAIT_SECONDS}s`,
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
  quick: [waiting(5000, 'one', 2500)],
};
