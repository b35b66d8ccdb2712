// S21: a client used a port pair again while the server still remembered the old connection.

import type { Segment } from '../evidence.ts';
import { isReset, isSyn, isSynAck } from '../timeline/reset-form.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endpointText, refsOf, streamFilter } from './words.ts';

export const s21TimeWaitReuse: Rule = {
  id: 'S21',
  page: {
    title: 'port pair reused too early',
    what: 'A client (mostly a busy proxy) opened a connection from a port that the server, or a table in between, still holds in an old connection. The server answers the SYN with an ACK for the old one, the client resets that, and a second later the repeated SYN succeeds.',
    wire: 'SYN, then ACK without SYN, then RST from the client, then SYN again, one second later.',
    elsewhere: 'TCPChallengeACK, TWRecycled, PAWSTimewait; connects that take one second longer.',
    apart:
      'S13 has no ACK to the first SYN. TIME_WAIT itself is no fault: it lies on the side that closed first.',
    help: [
      'Give the client side more ports or addresses (ip_local_port_range), or let it keep its connections open. TIME_WAIT lasts 60 s on Linux and cannot be tuned; tcp_fin_timeout is about FIN_WAIT_2.',
    ],
    sources: [
      { text: 'Linux include/net/tcp.h: TCP_TIMEWAIT_LEN', verified: true },
      { text: 'RFC 9293 3.10.7.4: challenge ACK to a SYN', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S13', 'S14'],
  claims: ({ streams }) => {
    const reused = streams.filter((stream) => stepsOf(stream) !== undefined);
    return [...Map.groupBy(reused, serverKey).values()].map(claim);
  },
};

/** SYN, bare ACK, RST: before any SYN-ACK. */
function stepsOf({ flow: { segments } }: Stream): readonly Segment[] | undefined {
  const syn = segments.findIndex(isSyn);
  if (syn < 0) return undefined;
  const answer = segments.findIndex((segment, i) => i > syn && segment.from === 'server');
  const ack = segments[answer];
  if (ack === undefined || ack.flags !== 'A' || ack.bytes > 0 || isSynAck(ack)) return undefined;
  const reset = segments.find((segment, i) => i > answer && segment.from === 'client' && isReset(segment));
  return reset && [segments[syn]!, ack, reset];
}

function claim(streams: readonly Stream[]): Claim {
  const server = endpointText(streams[0]!, 'server');
  return {
    level: 'cause',
    sureness: 'sure',
    summary: `${server} still remembered an older connection of the same ports on ${count(streams.length, 'connect')}.`,
    streams,
    why: [
      {
        text: 'SYN answered by a bare ACK, which the client reset',
        refs: refsOf(stepsOf(streams[0]!)!),
        filter: streamFilter(streams),
      },
    ],
    help: ['give the client side more ports or addresses, or let it keep its connections open'],
    more: [],
  };
}
