// C1: the first split. Says which kind of packet a reset was and who sent it, where no rule can say why.

import { resetFingerprint } from '../data/reset-fingerprints.ts';
import { ttlOf } from '../timeline/distance.ts';
import type { ResetForm } from '../timeline/reset-form.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, endPoint, rangeText } from './words.ts';

const meanings: Readonly<Record<ResetForm, string>> = {
  active: 'RST with ACK at its own next number: a live socket was reset, by its program or by its kernel',
  passive: 'RST without ACK: the answer of a host (or of somebody in between) that knows no such connection',
  refused: 'RST with ACK in answer to SYN: nothing listens there',
  stray: 'RST at a number that no end of this connection would use: forged, or very late',
};

export const c1Reset: Rule = {
  id: 'C1',
  page: {
    title: 'reset, cause not known',
    what: 'A reset ended the stream and nothing more can be told from what was given. The kind of packet still says where to look: a live socket that was reset by its program, or a host that knows no such connection.',
    wire: 'Active: RST with ACK, sequence number = the sender’s own next. Passive: RST without ACK, sequence number = the acknowledgment number of the packet that it answers.',
    elsewhere:
      'OutRsts, and for active ones one of TCPAbortOnClose, OnData, OnTimeout, OnMemory, OnLinger, in the network namespace of the sender.',
    apart: 'Every rule from S01 to S34 goes before this one.',
    help: [
      'Active: look into the program that owns the socket. Passive: look for a restart, a load balancer or a table in between that lost the connection.',
    ],
    sources: [
      { text: 'Linux net/ipv4/tcp_output.c: tcp_send_active_reset', verified: true },
      { text: 'Linux net/ipv4/tcp_ipv4.c: tcp_v4_send_reset', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S01', 'S06', 'S07'],
  claims: ({ streams }) => {
    const reset = streams.filter(
      ({ end, normal, phase, flow }) =>
        normal === undefined && end.kind === 'rst' && phase !== 'connect' && flow.sawStart,
    );
    return [...Map.groupBy(reset, groupOf).values()].map(claim);
  },
};

const groupOf = (stream: Stream) => `${serverKey(stream)} ${stream.end.by} ${stream.end.form}`;

function claim(streams: readonly Stream[]): Claim {
  const { end, flow } = streams[0]!;
  const by = addressOf(streams[0]!, end.by!);
  const named = resetFingerprint(end.segment!);
  const distance = ttlOf(flow, end.segment!);
  return {
    level: 'form',
    sureness: 'possible',
    summary: `A reset in the name of ${by} ended ${count(streams.length, 'stream')}; why is not known.`,
    streams,
    why: [
      endPoint(streams, meanings[end.form!]),
      ...(distance === 'other distance' || distance === 'other family'
        ? [
            {
              text: `its TTL ${end.segment!.ttl} is not that of other packets of ${by}: ${distance}`,
              refs: [end.ref!],
            },
          ]
        : []),
      ...(named
        ? [{ text: `it carries the mark of ${named.hopName}: ${named.meaning}`, refs: [end.ref!] }]
        : []),
      {
        text: `age ${rangeText(streams.map(({ ageMs }) => ageMs))}, last packet ${rangeText(streams.map(({ quietMs }) => quietMs))} before`,
        refs: [],
      },
    ],
    help: [],
    more: [
      end.form === 'active'
        ? `counters of the network namespace of ${by} (TCPAbortOnClose, TCPAbortOnData, TCPAbortOnTimeout) would tell which of its ways to reset it was`
        : `a capture at ${by} would show whether it sent the reset at all`,
    ],
  };
}
