// One in twenty reads slowly: what that does to the others, and to the server's memory.

import { deliveryFigures, present } from '../load-result.ts';
import type { Scenario, Variant } from '../scenario.ts';

const STREAMS = 200;

const variant: Variant = {
  id: 'slow',
  title: `${STREAMS} streams of which 5 % read slowly; latency is that of the others`,
  streams: STREAMS,
  columns: ['p50Us', 'p99Us', 'cpuUsPerEvent', 'peakPrivateBytes', 'lost'],
  seconds: 18,
  async measure(turn) {
    const result = await turn.load({
      streams: STREAMS,
      ramp: '1s',
      duration: '15s',
      rate: '20/s',
      // Large: 5 MB a stream in all, so that the buffers of the kernel are full before the end.
      more: ['--payload', '16KiB', '--slow', '5%', '--slow-rate', '1KiB/s'],
    });
    turn.keep(result);
    const peakPrivateBytes = result.summary.server?.privateBytes;
    return { ...deliveryFigures(result), ...present({ peakPrivateBytes }) };
  },
};

export const slow: Scenario = {
  name: 'slow',
  variants: [variant],
  planned: [{ variant, rounds: 3, peers: ['holdfast', 'go-net-http', 'nchan'] }],
};
