// S06: a socket was closed while data that had arrived was still unread. Linux then sends RST instead of FIN.

import { movedCounters, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { closedBySocket, resetAfterFin, unreadPayload } from './resets.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, endPoint, refsOf, streamFilter } from './words.ts';

export const s06UnreadData: Rule = {
  id: 'S06',
  page: {
    title: 'closed with unread data',
    what: 'A program closed its socket while bytes that had arrived were still unread. The kernel then sends a reset instead of a FIN, and what was still to be sent is lost. Typical: a server that answers and closes before it has read the whole request body.',
    wire: 'RST with ACK at once, without FIN; or FIN and within a millisecond RST with ACK of the same side. Before it, payload of the other side that nothing answers.',
    elsewhere:
      'TCPAbortOnClose rises in the network namespace of the sender; the other side sees ECONNRESET.',
    apart:
      'S07 looks the same on the wire, but nothing is unread: the counter splits them (TCPAbortOnData). A client that quits with data buffered has left, which is normal.',
    help: [
      'Read (or drop) what arrives until the end before you close: end the writing side, keep reading until the peer has closed, with a time limit.',
    ],
    sources: [
      { text: 'Linux net/ipv4/tcp.c: close with data in the receive queue', verified: true },
      { text: 'Linux Documentation/networking/snmp_counter.rst: TCPAbortOnClose', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S07', 'S03', 'S19'],
  claims: (scene) => {
    const able = closedBySocket(scene).filter(
      (stream) => resetAfterFin(stream) !== undefined || (stream.end.kind === 'rst' && unreadPayload(stream)),
    );
    const counters = movedCounters(scene, 'TCPAbortOnClose');
    return [...Map.groupBy(able, groupOf).values()].map((streams) =>
      claim(streams, scene, counters.length > 0),
    );
  },
  excludes: (streams) =>
    streams.every(({ end }) => end.kind === 'rst') &&
    streams.every((stream) => unreadPayload(stream) === undefined)
      ? 'nothing that the other side sent was left unread, as far as the capture shows'
      : undefined,
};

const groupOf = ({ flow }: Stream) => `${flow.server.address}:${flow.server.port}`;

function claim(streams: readonly Stream[], scene: Scene, isCounted: boolean): Claim {
  const address = addressOf(streams[0]!, 'server');
  const second = streams.flatMap((stream) => resetAfterFin(stream) ?? []);
  const unread = streams.flatMap((stream) => unreadPayload(stream) ?? []);
  const counters = movedCounters(scene, 'TCPAbortOnClose');
  return {
    level: 'cause',
    sureness: isCounted || (second.length > 0 && unread.length > 0) ? 'sure' : 'likely',
    summary: `${address} closed ${count(streams.length, 'stream')} while data of the client was unread, so its kernel sent a reset.`,
    streams,
    why: [
      second.length > 0
        ? {
            text: `FIN and at once RST with ACK from ${address}`,
            refs: refsOf(second),
            filter: streamFilter(streams, 'tcp.flags.reset == 1'),
          }
        : endPoint(
            streams,
            `RST with ACK at its own next number from ${address}, without FIN: a live socket was reset`,
          ),
      ...(unread.length > 0
        ? [{ text: 'payload of the client came before it, and nothing answers it', refs: refsOf(unread) }]
        : []),
      ...(isCounted
        ? [{ text: `TCPAbortOnClose rose by ${counters[0]!.delta}`, refs: refsOf(counters) }]
        : []),
    ],
    help: ['read or drop what arrives until the client has closed, then close'],
    more: isCounted
      ? []
      : [`TCPAbortOnClose in the network namespace of ${address} would prove it (TCPAbortOnData: S07)`],
  };
}
