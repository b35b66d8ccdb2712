// S07: a program reset its own socket on purpose: SO_LINGER with time 0, resetAndDestroy(), SetLinger(0).

import { movedCounters, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { closedBySocket, resetAfterFin, unreadPayload } from './resets.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, endPoint, refsOf } from './words.ts';

export const s07LingerZero: Rule = {
  id: 'S07',
  page: {
    title: 'reset on purpose by the program (SO_LINGER 0)',
    what: 'The program that owns the socket asked for a reset: SO_LINGER with time 0 and close, `socket.resetAndDestroy()` in Node.js, `SetLinger(0)` in Go, `reset_timedout_connection on` in nginx. Unsent data is thrown away.',
    wire: 'RST with ACK at its own next number, instead of FIN, while nothing of the other side is unread.',
    elsewhere:
      'TCPAbortOnData rises in the network namespace of the sender (not TCPAbortOnLinger, whatever the name says).',
    apart: 'S06 has unread data and raises TCPAbortOnClose. S19 has unanswered keepalives before the reset.',
    help: [
      'Find who sets SO_LINGER or calls `resetAndDestroy()`; end streams with FIN. Never set linger 0 on a server of streams.',
    ],
    sources: [
      { text: 'Linux net/ipv4/tcp.c and Documentation/networking/snmp_counter.rst', verified: true },
      { text: 'Node.js net: socket.resetAndDestroy()', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S06', 'S02', 'S19'],
  claims: (scene) => {
    const able = closedBySocket(scene).filter(
      (stream) => stream.end.kind === 'rst' && !unreadPayload(stream) && !resetAfterFin(stream),
    );
    return [...Map.groupBy(able, groupOf).values()].map((streams) => claim(streams, scene));
  },
  excludes(streams) {
    if (streams.every(({ end }) => end.kind === 'fin')) return 'it closed with FIN';
    if (streams.every(({ end }) => end.form === 'passive'))
      return 'the reset has no ACK: no live socket sent it';
    if (streams.every((stream) => unreadPayload(stream) !== undefined))
      return 'data of the client was unread';
    return undefined;
  },
};

const groupOf = ({ flow }: Stream) => `${flow.server.address}:${flow.server.port}`;

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const address = addressOf(streams[0]!, 'server');
  const counters = movedCounters(scene, 'TCPAbortOnData');
  const others = movedCounters(scene, 'TCPAbortOnClose', 'TCPAbortOnMemory', 'TCPAbortOnTimeout');
  const isCounted = counters.length > 0 && others.length === 0;
  return {
    level: 'cause',
    sureness: isCounted ? 'sure' : 'likely',
    summary: `The program at ${address} reset ${count(streams.length, 'stream')} of its own, with nothing unread.`,
    streams,
    why: [
      endPoint(
        streams,
        `RST with ACK at its own next number from ${address}, without FIN: a live socket was reset`,
      ),
      { text: 'all that the client sent had been answered before', refs: [] },
      ...(isCounted
        ? [{ text: `TCPAbortOnData rose by ${counters[0]!.delta}`, refs: refsOf(counters) }]
        : []),
    ],
    help: [
      `look in the program at ${address} for SO_LINGER 0, resetAndDestroy() or SetLinger(0), and close with FIN instead`,
    ],
    more: isCounted
      ? []
      : [`TCPAbortOnData in the network namespace of ${address} would prove it (TCPAbortOnClose: S06)`],
  };
}
