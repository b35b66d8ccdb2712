// A timer that is only looked at now and then: it fires in [T, T + sweep].

import type { Scenario } from '../scenario.ts';
import { addresses } from '../support/path.ts';
import { streamsOfAges } from './support/streams.ts';

function sweep(idleMs: number, everyMs: number, streams: readonly number[], eventsMs: number): Scenario {
  return {
    name: `sweep-${idleMs}-${everyMs}`,
    what: `streams silent for ${idleMs} ms are closed by a sweep every ${everyMs} ms`,
    truth: {
      cause: 'S03',
      by: 'server',
      spoiled: streams.length,
      normal: 0,
      timer: { measures: 'idle', seconds: idleMs / 1000, sweepSeconds: everyMs / 1000 },
      seen: { client: ['S03', 'S22'], server: ['S03', 'S22'] },
    },
    async run(lab) {
      const { plans, paths } = streamsOfAges(streams, eventsMs);
      await lab.serve({ plans });
      await lab.server.ask('sweepIdle', idleMs, everyMs, 'fin');
      await lab.open(
        paths.map((path) => ({ host: addresses.server, path })),
        70,
      );
      await lab.ended(streams.length);
    },
  };
}

export const scenarios: readonly Scenario[] = [
  sweep(3000, 1000, [1, 2, 4, 5, 7, 8, 10, 12], 270),
  sweep(2000, 1500, [1, 3, 4, 6, 9, 11, 13], 330),
];
