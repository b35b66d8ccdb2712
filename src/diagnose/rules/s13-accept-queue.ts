// S13: the listen queue of the server is full: it has not accepted what has already connected.

import type { Flow, Segment } from '../evidence.ts';
import { isReset, isSyn, isSynAck } from '../timeline/reset-form.ts';
import { movedCounters, type Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Point, Rule } from './rule.ts';
import { count, endpointText, refsOf, streamFilter } from './words.ts';

export const s13AcceptQueue: Rule = {
  id: 'S13',
  page: {
    title: 'listen queue overflow',
    what: 'Connections come faster than the program accepts them: its accept queue (the smaller of backlog and net.core.somaxconn) is full. Linux then drops SYNs and the last ACK of handshakes; with tcp_abort_on_overflow=1 it resets instead.',
    wire: 'SYN repeated after 1, 3, 7 s although others are being served; SYN-ACK repeated although the ACK was sent; or RST right after the ACK of the handshake.',
    elsewhere: 'ListenOverflows and ListenDrops rise; `ss -ltn`: Recv-Q above Send-Q.',
    apart:
      'S14 refuses at once with RST to the SYN. S18 and firewalls also swallow SYNs, but never repeat a SYN-ACK that was acknowledged.',
    help: [
      'Accept faster (look for a blocked event loop), raise the backlog of listen() and net.core.somaxconn together, and spread reconnects with jitter.',
    ],
    sources: [
      { text: 'Linux net/ipv4/tcp_minisocks.c: tcp_abort_on_overflow', verified: true },
      { text: 'Linux snmp_counter.rst: ListenOverflows', verified: true },
    ],
  },
  needs: ['capture', 'host counters'],
  apartFrom: ['S14', 'S18'],
  claims: (scene) => {
    const signs = scene.streams.flatMap((stream) => signOf(stream, scene) ?? []);
    return [...Map.groupBy(signs, ({ stream }) => serverKey(stream)).values()].flatMap((of) =>
      claim(of, scene),
    );
  },
};

/** SYNs sent again, over all connections to the port. */
const MIN_REPEATS = 3;

interface Sign {
  readonly stream: Stream;
  /** `repeated`: SYN-ACK again after the ACK. `reset`: RST to the ACK. `dropped`: SYN without an answer while others are served. `unheard`: so for the first data. */
  readonly kind: 'repeated' | 'reset' | 'dropped' | 'unheard';
  readonly segments: readonly Segment[];
}

function signOf(stream: Stream, scene: Scene): Sign | undefined {
  const { flow, end } = stream;
  if (!flow.sawStart) return undefined;
  const { establishedMs } = flow;
  if (establishedMs !== undefined) {
    const repeated = flow.segments.filter((segment) => isSynAck(segment) && segment.atMs > establishedMs);
    if (repeated.length > 0) return { stream, kind: 'repeated', segments: repeated };
    const isAtOnce =
      end.kind === 'rst' && end.by === 'server' && end.form === 'passive' && flow.halves.server.bytes === 0;
    // The reset answers the ACK (or data sent with it) before the server has said a word.
    const hasSpoken = flow.segments.some(
      (segment) => segment.from === 'server' && !isSynAck(segment) && !isReset(segment),
    );
    if (isAtOnce && !hasSpoken && end.atMs - establishedMs < 1000) {
      return { stream, kind: 'reset', segments: [end.segment!] };
    }
    const unheard = unheardRequest(flow, establishedMs);
    if (unheard.length >= 2 && isServing(flow, scene)) return { stream, kind: 'unheard', segments: unheard };
  }
  const syns = flow.segments.filter(isSyn);
  const isAccepted = establishedMs !== undefined || end.kind === 'unanswered';
  const isDropped = isAccepted && syns.length >= 2 && isServing(flow, scene);
  return isDropped ? { stream, kind: 'dropped', segments: syns } : undefined;
}

// Copies of the first data of the client (a long body has many segments of its own), sent before the server has said anything after its SYN-ACK.
function unheardRequest({ segments }: Flow, establishedMs: number): Segment[] {
  const until = segments.findIndex(
    ({ from, atMs, flags }) => from === 'server' && atMs > establishedMs && !flags.includes('S'),
  );
  return segments
    .slice(0, until < 0 ? segments.length : until)
    .filter(({ from, bytes, marks }) => from === 'client' && bytes > 0 && marks.includes('retransmission'));
}

// The server was there all the time: to the same port, another connection had packets from it while this one had none.
function isServing(flow: Flow, { flowsTo }: Scene): boolean {
  const others = flowsTo.get(`${flow.server.address}:${flow.server.port}`) ?? [];
  return others.some(
    (other) =>
      other !== flow &&
      other.establishedMs !== undefined &&
      other.segments.some(
        ({ from, atMs }) => from === 'server' && atMs >= flow.firstMs && atMs <= flow.lastMs + 1000,
      ),
  );
}

function claim(signs: readonly Sign[], scene: Scene): Claim[] {
  const counters = movedCounters(scene, 'ListenOverflows', 'ListenDrops');
  const of = (kind: Sign['kind']) => signs.filter((sign) => sign.kind === kind);
  const [repeated, reset, dropped, unheard] = [of('repeated'), of('reset'), of('dropped'), of('unheard')];
  // One packet that got lost is no queue.
  const isLoss = dropped.flatMap(({ segments }) => segments).length - dropped.length < MIN_REPEATS;
  if (repeated.length + reset.length + unheard.length === 0 && isLoss) return [];
  const isDistinct = repeated.length + reset.length + unheard.length > 0;
  const streams = signs.map(({ stream }) => stream);
  const point = (kind: readonly Sign[], text: string, condition: string): Point[] =>
    kind.length === 0
      ? []
      : [
          {
            text,
            refs: refsOf(kind.flatMap(({ segments }) => segments)),
            filter: streamFilter(
              kind.map(({ stream }) => stream),
              condition,
            ),
          },
        ];
  const server = endpointText(streams[0]!, 'server');
  return [
    {
      level: 'cause',
      sureness: counters.length > 0 ? 'sure' : isDistinct ? 'likely' : 'possible',
      summary: `${count(streams.length, 'connection')} to ${server} could not be accepted, while the host was there.`,
      streams,
      why: [
        ...point(
          repeated,
          'SYN-ACK repeated although the client had acknowledged it: the last ACK was dropped',
          'tcp.flags.syn == 1',
        ),
        ...point(
          reset,
          'RST without ACK right after the handshake, before the server had sent anything',
          'tcp.flags.reset == 1',
        ),
        ...point(
          dropped,
          'SYN repeated without an answer, while the same port served others',
          'tcp.flags.syn == 1',
        ),
        ...point(
          unheard,
          'the first data of the client repeated without an answer, right after the handshake',
          'tcp.analysis.retransmission',
        ),
        ...(counters.length > 0
          ? [
              {
                text: counters.map(({ name, delta }) => `${name} +${delta}`).join(', '),
                refs: refsOf(counters),
              },
            ]
          : []),
      ],
      help: [
        `at ${server}: accept faster (a blocked event loop?), raise backlog and net.core.somaxconn together`,
        'spread reconnects with jitter',
      ],
      more:
        counters.length > 0
          ? []
          : ['ListenOverflows and `ss -ltn` in the network namespace of the server would prove it'],
    },
  ];
}
