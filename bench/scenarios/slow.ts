// One in twenty reads slowly: what that does to the others, and to the server's memory.

import { deliveryFigures, present } from '../load-result.ts';
import type { Scenario } from '../scenario.ts';

const STREAMS = 400;

export const slow: Scenario = {
  name: 'slow',
  about: '400 streams, 5 % of which read 1 KiB a second of the 400 KiB that they are sent',
  variants: [
    {
      id: 'slow',
      title: `${STREAMS} streams of which 5 % read slowly; latency is that of the others`,
      streams: STREAMS,
      columns: ['p50Us', 'p99Us', 'cpuUsPerEvent', 'peakPrivateBytes', 'lost'],
      seconds: 25,
      async measure(turn) {
        const result = await turn.load({
          streams: STREAMS,
          ramp: '1s',
          duration: '15s',
          rate: '50/s',
          // Large, so that the buffers of the kernel, some MiB a socket, are full after a few seconds.
          more: ['--payload', '8KiB', '--slow', '5%', '--slow-rate', '1KiB/s'],
        });
        turn.keep(result);
        const peakPrivateBytes = result.summary.server?.privateBytes;
        return { ...deliveryFigures(result), ...present({ peakPrivateBytes }) };
      },
    },
  ],
};
