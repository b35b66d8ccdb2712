// What the tool itself costs: 15,000 streams in one generator process, 100,000 deliveries a second.

import { load } from '../load-command.ts';
import { startMinimal } from '../peer-process.ts';

const STREAMS = 15_000;
const DELIVERIES_PER_SECOND = 100_000;

export async function loadSelf(): Promise<void> {
  const peer = await startMinimal(9110, 1);
  // Events for a minute, so that a rate below one a stream and second is still even.
  const perMinute = Math.round((DELIVERIES_PER_SECOND / STREAMS) * 60);
  try {
    await load('load-self', peer, [
      '--streams',
      String(STREAMS),
      '--ramp',
      '5s',
      '--duration',
      '30s',
      '--rate',
      `${perMinute}/m`,
    ]);
  } finally {
    await peer.stop();
  }
}
