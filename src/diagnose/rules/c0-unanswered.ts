// C0: a connection that nobody answered, where no rule can say why.

import { isSyn } from '../timeline/reset-form.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endpointText, refsOf, streamFilter } from './words.ts';

/** One SYN at the end of a capture may have been answered after it. */
const MIN_SYNS = 2;

export const c0Unanswered: Rule = {
  id: 'C0',
  page: {
    title: 'no answer to SYN, cause not known',
    what: 'The client asked for a connection several times and got no answer: a packet filter that drops, a host that is down, a route that leads nowhere, or a full queue or table on the way.',
    wire: 'SYN at growing distances (1, 3, 7 s), nothing from the other side.',
    apart: 'S13: the same port serves others at that time. S14 answers at once.',
    help: [
      'Check route, firewall and security group between the two; a capture at the server shows whether the SYN arrives.',
    ],
    sources: [{ text: 'RFC 9293 3.8.1', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S13', 'S14', 'S18'],
  claims: ({ streams }) => {
    const silent = streams.filter(
      ({ end, flow }) => end.kind === 'unanswered' && flow.segments.filter(isSyn).length >= MIN_SYNS,
    );
    return [...Map.groupBy(silent, serverKey).values()].map(claim);
  },
};

function claim(streams: readonly Stream[]): Claim {
  const server = endpointText(streams[0]!, 'server');
  return {
    level: 'form',
    sureness: 'possible',
    summary: `${server} answered none of the SYNs of ${count(streams.length, 'connection')}; why is not known.`,
    streams,
    why: [
      {
        text: 'SYN repeated, no packet from the other side',
        refs: refsOf(streams.flatMap(({ flow }) => flow.segments.filter(isSyn))),
        filter: streamFilter(streams, 'tcp.flags.syn == 1'),
      },
    ],
    help: [`check the path to ${server}: route, firewall, security group`],
    more: ['a capture at the server would show whether the SYN arrives'],
  };
}
