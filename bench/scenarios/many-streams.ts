// 51,283 streams at once from one machine to itself, and what each of them got.

import { loadMinimal } from '../load-minimal.ts';

const STREAMS = 51_283;
const WORKERS = 3;

export function manyStreams(signal: AbortSignal): Promise<void> {
  const load = ['--streams', String(STREAMS), '--ramp', '4000/s', '--duration', '60s', '--rate', '1/s'];
  return loadMinimal('many-streams', WORKERS, [...load, '--slo', 'delivery>=99.99%,latency.p99<=1s'], signal);
}
