// What the tool itself costs: 15,000 streams in one generator process, 100,000 deliveries a second.

import { loadMinimal } from '../load-minimal.ts';

const STREAMS = 15_000;
const DELIVERIES_PER_SECOND = 100_000;

export function loadSelf(signal: AbortSignal): Promise<void> {
  // Events for a minute, so that a rate below one a stream and second is still even.
  const perMinute = Math.round((DELIVERIES_PER_SECOND / STREAMS) * 60);
  const load = [
    '--streams',
    String(STREAMS),
    '--ramp',
    '5s',
    '--duration',
    '30s',
    '--rate',
    `${perMinute}/m`,
  ];
  return loadMinimal('load-self', 1, load, signal);
}
