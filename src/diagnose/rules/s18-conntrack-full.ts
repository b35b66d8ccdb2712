// S18: the connection table of a node is full: new connections are dropped without a word, old ones live on.

import { isSyn } from '../timeline/reset-form.ts';
import { logFacts, movedCounters } from '../timeline/scene.ts';
import type { Claim, Rule } from './rule.ts';
import { count, refsOf, streamFilter } from './words.ts';

export const s18ConntrackFull: Rule = {
  id: 'S18',
  page: {
    title: 'conntrack table full',
    what: 'The connection table of a node has reached nf_conntrack_max: packets of new connections are dropped without an answer. Connections that are in the table live on.',
    wire: 'SYNs without an answer to many hosts at once. A capture alone cannot tell it from a firewall that drops.',
    elsewhere:
      'Kernel log: `nf_conntrack: table full, dropping packet`; nf_conntrack_count at nf_conntrack_max; drop counts in `conntrack -S`.',
    apart: 'S13 concerns one port, S18 a whole node.',
    help: [
      'Raise net.netfilter.nf_conntrack_max on the node, shorten what fills the table (short connections without keep-alive), or exempt the traffic from tracking.',
    ],
    sources: [{ text: 'Linux net/netfilter/nf_conntrack_core.c', verified: false }],
  },
  needs: ['log', 'host counters'],
  apartFrom: ['S13'],
  claims: (scene) => {
    const lines = logFacts(scene, 'table-full');
    const counters = movedCounters(
      scene,
      'conntrack drop',
      'conntrack insert_failed',
      'conntrack early_drop',
    );
    const streams = scene.streams.filter(({ end }) => end.kind === 'unanswered');
    if (lines.length + counters.length === 0 || streams.length === 0) return [];
    const found: Claim = {
      level: 'cause',
      sureness: lines.length > 0 ? 'sure' : 'likely',
      summary: `The connection table of a node was full while ${count(streams.length, 'connection')} got no answer.`,
      streams,
      why: [
        ...(lines.length > 0
          ? [{ text: 'the kernel says: table full, dropping packet', refs: refsOf(lines) }]
          : []),
        ...(counters.length > 0
          ? [
              {
                text: counters.map(({ name, delta }) => `${name} +${delta}`).join(', '),
                refs: refsOf(counters),
              },
            ]
          : []),
        {
          text: 'SYN without an answer',
          refs: refsOf(streams.flatMap(({ flow }) => flow.segments.filter(isSyn))),
          filter: streamFilter(streams, 'tcp.flags.syn == 1'),
        },
      ],
      help: ['raise net.netfilter.nf_conntrack_max on that node'],
      more: [],
    };
    return [found];
  },
};
