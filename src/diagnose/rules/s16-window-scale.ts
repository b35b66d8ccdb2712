// S16: a hop took the window scale option out of a handshake, or changed it. Needs the handshake from both sides of the hop.

import type { Segment, Side } from '../evidence.ts';
import type { FlowPair } from '../timeline/pair-flows.ts';
import { isSyn, isSynAck } from '../timeline/reset-form.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Claim, Rule } from './rule.ts';
import { count, refsOf } from './words.ts';

export const s16WindowScale: Rule = {
  id: 'S16',
  page: {
    title: 'window scale changed on the way',
    what: 'A middlebox removes or changes the window scale option in one handshake packet, so that the two ends read windows differently: one sends far too much or far too little, and the stream crawls or stalls.',
    wire: 'The same SYN (or SYN-ACK) has the option on one side of the hop and not, or with another shift, on the other.',
    elsewhere: '`ss -ti`: wscale of both ends does not fit together.',
    apart:
      'A handshake without the option on both sides is only slow. A window of 0 stays 0 whatever the scale (S15).',
    help: [
      'Find the box between the two captures that rewrites TCP options (normalizer, scrub, old firewall) and turn that off.',
    ],
    sources: [{ text: 'RFC 7323 2.2', verified: false }],
  },
  needs: ['two captures'],
  apartFrom: ['S15', 'S27'],
  claims: (scene) => {
    const changed = scene.pairs.flatMap((pair) => changesOf(pair));
    if (changed.length === 0) return [];
    return [claim(changed, scene)];
  },
};

interface Change {
  readonly pair: FlowPair;
  readonly sent: Segment;
  readonly arrived: Segment;
}

/** The same handshake packet at both captures, as sent and as arrived. */
export function handshakePackets({ near, far, by }: FlowPair): { sent: Segment; arrived: Segment }[] {
  const kinds: readonly [Side, (segment: Segment) => boolean][] = [
    ['client', isSyn],
    ['server', isSynAck],
  ];
  return kinds.flatMap(([from, is]) => {
    const a = near.segments.find(is);
    // A hop that numbers anew has changed the number of the same packet.
    const isSame = (segment: Segment) => by === 'timestamps' || segment.seq === a?.seq;
    const b = far.segments.find((segment) => is(segment) && isSame(segment));
    if (a === undefined || b === undefined) return [];
    return from === 'client' ? [{ sent: a, arrived: b }] : [{ sent: b, arrived: a }];
  });
}

function changesOf(pair: FlowPair): Change[] {
  return handshakePackets(pair)
    .filter(({ sent, arrived }) => sent.options?.windowScale !== arrived.options?.windowScale)
    .map((packets) => ({ pair, ...packets }));
}

function claim(changes: readonly Change[], scene: Scene): Claim {
  const { sent, arrived } = changes[0]!;
  const flows = new Set(changes.flatMap(({ pair }) => [pair.near, pair.far]));
  const streams = scene.streams.filter(({ flow }) => flows.has(flow));
  const text = (segment: Segment) => segment.options?.windowScale ?? 'none';
  return {
    level: 'cause',
    sureness: 'sure',
    detail: `${text(sent)} became ${text(arrived)}`,
    summary: `Between the two captures the window scale of ${count(new Set(changes.map(({ pair }) => pair)).size, 'handshake')} was changed: ${text(sent)} was sent, ${text(arrived)} arrived.`,
    streams,
    why: [
      {
        text: `${isSyn(sent) ? 'SYN' : 'SYN-ACK'} left with window scale ${text(sent)} and arrived with ${text(arrived)}`,
        refs: refsOf(changes.flatMap((change) => [change.sent, change.arrived])),
        filter: 'tcp.flags.syn == 1',
      },
    ],
    help: ['find the hop between the two captures that rewrites TCP options, and turn that off'],
    more: [],
  };
}
