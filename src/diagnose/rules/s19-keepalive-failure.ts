// S19: TCP keepalive found the peer gone: its probes were not answered.

import type { Segment } from '../evidence.ts';
import { otherSide } from '../timeline/flow-end.ts';
import { movedCounters, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, endPoint, refsOf, streamFilter, timeText } from './words.ts';

const MIN_PROBES = 2;

export const s19KeepaliveFailure: Rule = {
  id: 'S19',
  page: {
    title: 'TCP keepalive found the peer gone',
    what: 'An idle socket with SO_KEEPALIVE asked its peer, again and again, and got no answer; then its kernel gave it up with a reset and ETIMEDOUT. The peer died without a word, or the path between broke or forgot the connection.',
    wire: 'Keepalive probes (sequence number one below the next) at a fixed interval without an answer, then RST with ACK from the prober.',
    elsewhere: 'TCPKeepAlive and TCPAbortOnTimeout rise; the program sees ETIMEDOUT.',
    apart: 'Answered keepalives exclude it. S20 has data that was not acknowledged, and no reset.',
    help: [
      'Look at the peer and the path: a host that crashed, a cable, a firewall that forgot the flow (then S01 is behind it).',
      'Shorter keepalive times find it sooner: 30-60 s on sockets of the application.',
    ],
    sources: [
      { text: 'Linux ip-sysctl.rst: tcp_keepalive_time, _intvl, _probes', verified: true },
      { text: 'Linux snmp_counter.rst: TCPAbortOnTimeout', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S20', 'S07', 'S02'],
  claims: (scene) => {
    const failed = scene.streams.filter((stream) => unansweredProbes(stream).length >= MIN_PROBES);
    return [...Map.groupBy(failed, groupOf).values()].map((streams) => claim(streams, scene));
  },
  excludes: (streams) =>
    streams.every((stream) => unansweredProbes(stream).length < MIN_PROBES)
      ? streams.some(({ flow }) => flow.segments.some(({ marks }) => marks.includes('keep-alive-ack')))
        ? 'keepalives were answered'
        : 'no unanswered keepalive'
      : undefined,
};

const groupOf = (stream: Stream) => `${prober(stream)} ${stream.flow.server.address}`;
const prober = ({ end }: Stream) => end.by;

/** The keepalives before the end that nothing answered; none when the prober did not give up. */
function unansweredProbes({ flow, end, normal }: Stream): Segment[] {
  const gaveUp = end.kind === 'rst' && end.form === 'active';
  if ((!gaveUp && end.kind !== 'silence') || (normal !== undefined && normal !== 'client left')) return [];
  const probes: Segment[] = [];
  for (const segment of flow.segments) {
    if (segment.atMs > end.atMs && end.kind === 'rst') break;
    if (segment.from !== end.by) probes.length = 0;
    else if (segment.marks.includes('keep-alive')) probes.push(segment);
    else if (segment.bytes > 0) probes.length = 0;
  }
  return probes;
}

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const by = streams[0]!.end.by!;
  const probes = streams.flatMap(unansweredProbes);
  const first = unansweredProbes(streams[0]!);
  const counters = movedCounters(scene, 'TCPKeepAlive', 'TCPAbortOnTimeout');
  const gaveUp = streams[0]!.end.kind === 'rst';
  const intervalMs = (first.at(-1)!.atMs - first[0]!.atMs) / (first.length - 1);
  return {
    level: 'cause',
    sureness: gaveUp || first.length >= 4 ? 'sure' : 'likely',
    detail: `${first.length} probes, every ${timeText(intervalMs)}`,
    summary: `${addressOf(streams[0]!, otherSide(by))} did not answer the keepalives of ${addressOf(streams[0]!, by)}${gaveUp ? ', which then reset the connection' : ''} (${count(streams.length, 'stream')}).`,
    streams,
    why: [
      {
        text: `${count(first.length, 'keepalive')} without an answer, every ${timeText(intervalMs)}`,
        refs: refsOf(probes),
        filter: streamFilter(streams, 'tcp.analysis.keep_alive'),
      },
      ...(gaveUp ? [endPoint(streams, 'then RST with ACK of the prober')] : []),
      ...(counters.length > 0
        ? [
            {
              text: counters.map(({ name, delta }) => `${name} +${delta}`).join(', '),
              refs: refsOf(counters),
            },
          ]
        : []),
    ],
    help: [`look at ${addressOf(streams[0]!, otherSide(by))} and the path to it at that time`],
    more: ['a capture on the side of the peer would show whether the probes arrived'],
  };
}
