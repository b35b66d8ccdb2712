// Everybody connects in one moment.

import { formatQuantity } from '../../src/report/quantity.ts';
import { type LoadResult, present } from '../load-result.ts';
import type { Scenario, Variant } from '../scenario.ts';

function storm(streams: number): Variant {
  return {
    id: `connect-storm-${streams}`,
    title: `${formatQuantity(streams, 'count')} streams that connect in one moment`,
    streams,
    columns: ['stormUs', 'connectP99Us', 'cpuUsPerConnect'],
    seconds: 5,
    async measure(turn) {
      const result = await turn.load({ streams, ramp: '1ms', duration: '2s' });
      turn.keep(result);
      return stormFigures(result);
    },
  };
}

function stormFigures({ summary }: LoadResult) {
  const { head, connect, server, streamsPeak, ends } = summary;
  const { own: _own, ...failed } = ends;
  const [kind, count = 0] = Object.entries(failed)[0] ?? [];
  if (count > 0) throw new Error(`${count} connections ended as ${kind}`);
  return present({
    // All were opened at once, so the longest wait for a head is the time of all.
    stormUs: head?.maxUs,
    connectP99Us: connect?.p99Us,
    cpuUsPerConnect: server && server.cpuUs / streamsPeak,
  });
}

export const connectStorm: Scenario = {
  name: 'connect-storm',
  variants: [storm(10_000)],
  planned: [{ variant: storm(5000), rounds: 3 }],
  quick: [storm(5000)],
};
