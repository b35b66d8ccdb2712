// 51,283 streams at once from one machine to itself, and what each of them got.

import { load } from '../load-command.ts';
import { startMinimal } from '../peer-process.ts';

const STREAMS = 51_283;
const WORKERS = 3;

export async function manyStreams(): Promise<void> {
  const peer = await startMinimal(9111, WORKERS);
  try {
    await load('many-streams', peer, [
      ...['--streams', String(STREAMS), '--ramp', '4000/s', '--duration', '60s', '--rate', '1/s'],
      ...['--slo', 'delivery>=99.99%,latency.p99<=1s'],
    ]);
  } finally {
    await peer.stop();
  }
}
