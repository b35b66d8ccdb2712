// S14: nothing listens there, or a rule refuses on purpose.

import type { Flow } from '../evidence.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endpointText, refsOf, streamFilter } from './words.ts';

export const s14Refused: Rule = {
  id: 'S14',
  page: {
    title: 'connection refused',
    what: 'The port answers a SYN with a reset: no program listens there (not yet, not any more, other port), or a firewall rejects with tcp-reset. A Service of Kubernetes without endpoints rejects with an ICMP error instead.',
    wire: 'SYN, then RST with ACK and sequence number 0; or ICMP port unreachable.',
    elsewhere: 'ECONNREFUSED at the client.',
    apart: 'S13: the port listens, but does not accept. When it follows S08 it is its consequence.',
    help: [
      'Check that the server runs and listens on this address and port (`ss -ltn`), and that the Service has ready endpoints.',
    ],
    sources: [
      { text: 'RFC 9293 3.5.2: reset for a connection that does not exist', verified: false },
      { text: 'kube-proxy: REJECT for Services without endpoints', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S13', 'S21'],
  claims: ({ streams }) => {
    const refused = streams.filter(({ end }) => end.kind === 'refused');
    return [...Map.groupBy(refused, serverKey).values()].map(claim);
  },
};

function claim(streams: readonly Stream[]): Claim {
  const server = endpointText(streams[0]!, 'server');
  const icmp = streams.flatMap(({ flow }) => (isIcmp(flow) ? flow.icmpErrors : []));
  const resets = streams.flatMap(({ end }) => end.segment ?? []);
  return {
    level: 'cause',
    sureness: 'sure',
    summary: `${server} refused ${count(streams.length, 'connection')}.`,
    streams,
    why: [
      ...(resets.length > 0
        ? [
            {
              text: 'RST with ACK in answer to SYN',
              refs: refsOf(resets),
              filter: streamFilter(streams, 'tcp.flags.reset == 1'),
            },
          ]
        : []),
      ...(icmp.length > 0
        ? [
            {
              text: `ICMP unreachable (code ${icmp[0]!.code}) from ${icmp[0]!.address}`,
              refs: refsOf(icmp),
              filter: 'icmp.type == 3 || icmpv6.type == 1',
            },
          ]
        : []),
    ],
    help: [`check that something listens on ${server}, and that the Service has ready endpoints`],
    more: [],
  };
}

const isIcmp = ({ icmpErrors }: Flow) => icmpErrors.length > 0;
