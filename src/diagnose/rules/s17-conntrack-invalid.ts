// S17: the connection table of a node took a packet for invalid and let it through with its inner address. The client,
// who knows no such connection, resets it.

import type { Flow, Segment } from '../evidence.ts';
import { isReset, isSyn } from '../timeline/reset-form.ts';
import { movedCounters, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endPoint, refsOf, streamFilter, timeText } from './words.ts';

/** A longer pause before the reset makes it a question of idleness (S01). */
const BUSY_MS = 2000;
const NEAR = 2 ** 24;

export const s17ConntrackInvalid: Rule = {
  id: 'S17',
  page: {
    title: 'conntrack INVALID, address not translated back',
    what: 'Under load or after reordering, the connection table of a node takes a packet of a translated connection for invalid, and passes it on untranslated. The client gets data from an address it never talked to and answers with a reset; translated, that reset kills the real connection.',
    wire: 'A packet in the name of an inner (pod) address to a port of the client that is connected to another (service) address, with numbers of that connection; a bare RST answers it. No pause before.',
    elsewhere: '`conntrack -S`: invalid rises; with nf_conntrack_log_invalid=6 the kernel logs it.',
    apart: 'S01 has a pause before the reset. S31: nobody’s packet asks for the reset.',
    help: [
      'net.netfilter.nf_conntrack_tcp_be_liberal=1 on the nodes (kube-proxy: `conntrack.tcpBeLiberal`), or drop INVALID packets instead of forwarding them (kube-proxy does in FORWARD).',
    ],
    sources: [
      { text: 'Kubernetes issues 74839, 117924, 120354', verified: true },
      { text: 'Linux nf_conntrack-sysctl.rst', verified: true },
    ],
  },
  needs: ['capture', 'host counters'],
  apartFrom: ['S01', 'S31'],
  claims: (scene) => [...untranslated(scene), ...busyPassive(scene)],
};

interface Pairing {
  readonly stray: Stream;
  readonly real: Stream;
  readonly data: Segment;
}

// The strange flow has no handshake, the client's address and port of a real one, and numbers close to it.
function untranslated(scene: Scene): Claim[] {
  const byClient = Map.groupBy(scene.streams, ({ flow }) => `${flow.client.address} ${flow.client.port}`);
  const byStrange = Map.groupBy(scene.streams, ({ flow }) => `${flow.server.address} ${flow.server.port}`);
  const found: Pairing[] = [];
  for (const stray of scene.streams) {
    if (stray.flow.sawStart || !stray.flow.segments.some(isReset)) continue;
    // Without a SYN the sides were guessed, so either end can be the client.
    const { client, server } = stray.flow;
    const candidates = [client, server].flatMap(({ address, port }) => [
      ...(byClient.get(`${address} ${port}`) ?? []),
      ...(byStrange.get(`${address} ${port}`) ?? []),
    ]);
    for (const real of candidates) {
      // With the same ends to the client it is the same connection, which another capture holds from its beginning.
      if (sameEnds(stray.flow, asClientKnows(real, scene))) continue;
      const data = real.flow.sawStart && sharedNumbers(stray.flow, real.flow);
      if (data) {
        found.push({ stray, real, data });
        break;
      }
    }
  }
  if (found.length === 0) return [];
  return [claimUntranslated(found, scene)];
}

const endsOf = ({ client, server }: Flow) =>
  [client, server].map(({ address, port }) => `${address} ${port}`).toSorted();
// The capture nearer to the client has the address that it talks to.
const asClientKnows = ({ flow }: Stream, { pairOf }: Scene): Flow => pairOf.get(flow.id)?.near ?? flow;
const sameEnds = (a: Flow, b: Flow) => endsOf(a).join() === endsOf(b).join();

function sharedNumbers(stray: Flow, real: Flow): Segment | undefined {
  const next = real.halves.server.nextSeq;
  if (next === undefined) return undefined;
  return stray.segments.find(
    (segment) =>
      segment.bytes > 0 && !isReset(segment) && !isSyn(segment) && Math.abs((segment.seq - next) | 0) < NEAR,
  );
}

function claimUntranslated(found: readonly Pairing[], scene: Scene): Claim {
  const first = found[0]!;
  const { client, server } = asClientKnows(first.real, scene);
  const counters = movedCounters(scene, 'conntrack invalid');
  const inner = first.stray.flow[first.data.from].address;
  const resets = found.flatMap(({ stray }) => stray.flow.segments.filter(isReset));
  return {
    level: 'cause',
    sureness: 'sure',
    summary: `Data of ${server.address} reached ${client.address} with the untranslated address ${inner}, and was answered with a reset.`,
    streams: [...new Set(found.map(({ real }) => real))],
    beside: found.map(({ stray }) => stray),
    why: [
      {
        text: `data from ${inner} to the client's port ${client.port}, with numbers of its connection to ${server.address}`,
        refs: refsOf(found.map(({ data }) => data)),
        filter: streamFilter(found.map(({ stray }) => stray)),
      },
      { text: 'RST without ACK of the client, who knows no such connection', refs: refsOf(resets) },
      ...(counters.length > 0
        ? [{ text: `conntrack invalid +${counters[0]!.delta}`, refs: refsOf(counters) }]
        : []),
    ],
    help: [
      'net.netfilter.nf_conntrack_tcp_be_liberal=1 on the nodes, or drop INVALID packets instead of forwarding them',
    ],
    more: counters.length > 0 ? [] : ['`conntrack -S` on the node would show invalid rising'],
  };
}

// Seen from the server: a reset without a socket in the middle of a busy, orderly connection.
function busyPassive(scene: Scene): Claim[] {
  const counters = movedCounters(scene, 'conntrack invalid');
  const able = scene.streams.filter(
    ({ end, normal, quietMs, flow, phase }) =>
      normal === undefined &&
      end.kind === 'rst' &&
      end.form === 'passive' &&
      quietMs < BUSY_MS &&
      flow.sawStart &&
      (phase === 'body' || phase === 'pushed' || phase === 'opaque'),
  );
  if (able.length === 0) return [];
  const disturbed = able.flatMap(({ flow }) => flow.segments.filter(isDisturbance));
  return [
    {
      level: 'cause',
      sureness: counters.length > 0 && disturbed.length > 0 ? 'likely' : 'possible',
      summary: `A reset without a socket ended ${count(able.length, 'busy stream')} without a pause: one side no longer knew a connection that nobody had closed.`,
      streams: able,
      why: [
        endPoint(
          able,
          `RST without ACK, only ${timeText(Math.min(...able.map(({ quietMs }) => quietMs)))} after the packet before it`,
        ),
        ...(disturbed.length > 0
          ? [{ text: 'packets out of window or out of order came before it', refs: refsOf(disturbed) }]
          : []),
        ...(counters.length > 0
          ? [{ text: `conntrack invalid +${counters[0]!.delta}`, refs: refsOf(counters) }]
          : []),
      ],
      help: ['try net.netfilter.nf_conntrack_tcp_be_liberal=1 on the nodes'],
      more: [
        '`conntrack -S` on the nodes would show invalid rising; a capture at the side that reset would show an untranslated packet, or a forged reset (S31)',
      ],
    },
  ];
}

const isDisturbance = ({ marks }: Segment) =>
  marks.some((mark) => mark === 'out-of-window' || mark === 'out-of-order' || mark === 'retransmission');
