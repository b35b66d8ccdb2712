// How long others wait while 17,000 streams get an event: the server's event loop, where it tells, and clients that come.

import { formatQuantity } from '../../src/report/quantity.ts';
import type { Figures } from '../figures.ts';
import { deliveryFigures, present } from '../load-result.ts';
import { takeLoopDelay } from '../loop-delay-figures.ts';
import { timeNewcomers } from '../newcomers.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from '../scenario.ts';

const STREAMS = 17_000;
/** One every 50 ms: 10 s, with two events a second to all. */
const NEWCOMERS = 200;

function whileServed(seconds: number): Variant {
  return {
    id: 'loop',
    title: `newcomers while ${formatQuantity(STREAMS, 'count')} streams get two events a second`,
    streams: STREAMS,
    asksLoopDelay: true,
    columns: ['loopDelayP99Us', 'loopDelayMaxUs', 'headP50Us', 'headP99Us', 'p99Us'],
    seconds: STREAMS / CONNECTS_PER_SECOND + seconds + 6,
    async measure(turn) {
      const { peer, loopDelayFolder, signal } = turn;
      let beside: Figures = {};
      const result = await turn.load({
        streams: STREAMS,
        ramp: turn.ramp,
        duration: `${seconds}s`,
        rate: '2/s',
        async whileUp() {
          if (loopDelayFolder !== undefined) await takeLoopDelay(peer.pid, loopDelayFolder);
          const { heads, unanswered } = await timeNewcomers(peer, NEWCOMERS, signal);
          const delay = loopDelayFolder === undefined ? {} : await takeLoopDelay(peer.pid, loopDelayFolder);
          if (unanswered > 0) throw new Error(`${unanswered} of ${NEWCOMERS} newcomers got no head`);
          const { p50Us, p99Us } = heads.figures()!;
          beside = { ...delay, ...present({ headP50Us: p50Us, headP99Us: p99Us }) };
        },
      });
      turn.keep(result);
      return { ...deliveryFigures(result), ...beside };
    },
  };
}

export const loop: Scenario = {
  name: 'loop',
  variants: [whileServed(16)],
  // Newcomers come for 10 s, once all streams are up.
  planned: [{ variant: whileServed(12), rounds: 3, peers: ['holdfast', 'go-net-http', 'nchan'] }],
};
