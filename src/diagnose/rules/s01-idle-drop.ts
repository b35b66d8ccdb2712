// S01: a NAT, firewall or load balancer forgot an idle connection. Nothing is sent at that moment; the next packet
// is answered by a reset from somebody who knows no such connection, or by nobody.

import { resetFingerprint } from '../data/reset-fingerprints.ts';
import { matchTimers } from '../data/timers.ts';
import type { Sureness } from '../finding.ts';
import { isRound } from '../timeline/cluster.ts';
import { ttlOf } from '../timeline/distance.ts';
import { wasSentByItsSide } from '../timeline/pair-flows.ts';
import { groupKey, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Point, Rule } from './rule.ts';
import { heartbeatHelp, momentsOf } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText, refsOf, streamFilter, timeText } from './words.ts';

/** A pause shorter than this is no idleness that anything forgets. */
const MIN_IDLE_MS = 2000;

export const s01IdleDrop: Rule = {
  id: 'S01',
  page: {
    title: 'idle connection dropped in between',
    what: 'A NAT, firewall, load balancer or connection table on the way forgets a connection on which no packet passed for its idle time. Nobody is told. The next packet of either side is answered with a reset by somebody who no longer knows it, or gets no answer at all.',
    wire: 'A pause, then data, then RST without ACK (or repetitions of the data that nobody answers). Streams whose pauses are shorter live on.',
    elsewhere: 'Nothing at expiry; a write error (ECONNRESET, ETIMEDOUT) at the next event.',
    apart:
      'S02 resets both ends at expiry, without a packet that asks for it. S20 is a path that fails for busy connections too. S08: the server closed before, with FIN.',
    help: [
      'Heartbeat or TCP keepalive below the idle time of every hop: AWS NLB and NAT gateway 350 s, Azure 240 s, GCP 600 s, IPVS 900 s.',
      'Or raise the idle time of the hop, where it can be raised.',
    ],
    sources: [
      {
        text: 'AWS Network Load Balancer guide: idle flows are removed, the next packet is reset',
        verified: true,
      },
      {
        text: 'Linux net/ipv4/tcp_ipv4.c: a packet without a socket is answered by RST without ACK',
        verified: true,
      },
      { text: 'GCP, AWS NAT gateway, IPVS idle times', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S02', 'S17', 'S20', 'S31'],
  claims: (scene) => {
    const able = scene.streams.filter((stream) => isResetAfterIdle(stream) || isSilentAfterIdle(stream));
    return [...Map.groupBy(able, groupKey).values()].flatMap((streams) => claim(streams, scene));
  },
  excludes(streams) {
    if (streams.every(({ end }) => end.kind === 'fin')) return 'no reset, and no packet that triggered one';
    const kinds = new Set(streams.map(({ end }) => end.kind));
    if (!kinds.has('rst') && !kinds.has('silence')) return 'no reset, and nothing unanswered';
    if (streams.every(({ quietMs }) => quietMs < MIN_IDLE_MS)) return 'no pause before the end';
    if (streams.every(({ quietMs, longestQuietMs }) => longestQuietMs >= quietMs))
      return 'longer pauses were survived';
    return undefined;
  },
};

/** The longest pause of the stream, and no short one, came before its end. */
export const isAfterIdle = ({ quietMs, longestQuietMs }: Stream) =>
  quietMs >= MIN_IDLE_MS && longestQuietMs < quietMs * 0.98;

function isResetAfterIdle(stream: Stream): boolean {
  return stream.normal === undefined && isAnswerAfterIdle(stream);
}

/** A reset without a socket behind it that answers the first packet after the longest pause. */
export function isAnswerAfterIdle(stream: Stream): boolean {
  const { end } = stream;
  const isPassive = end.form === 'passive' || end.form === 'stray';
  return end.kind === 'rst' && isPassive && end.trigger !== undefined && isAfterIdle(stream);
}

function isSilentAfterIdle(stream: Stream): boolean {
  const isData = stream.end.trigger !== undefined && !stream.end.trigger.marks.includes('keep-alive');
  return stream.normal === undefined && stream.end.kind === 'silence' && isData && isAfterIdle(stream);
}

function claim(streams: readonly Stream[], scene: Scene): Claim[] {
  const isReset = streams[0]!.end.kind === 'rst';
  const between = streams.filter(
    (stream) =>
      stream.end.segment && wasSentByItsSide(scene.pairOf.get(stream.flow.id), stream.end.segment) === false,
  );
  const far = streams.filter(
    ({ flow, end }) =>
      end.segment && ['other distance', 'other family'].includes(ttlOf(flow, end.segment) ?? ''),
  );
  const named = streams.flatMap(({ end }) => (end.segment && resetFingerprint(end.segment)) || []);
  const quiets = streams.map(({ quietMs }) => quietMs);
  const known = matchTimers(Math.min(...quiets), 'idle').filter(({ ends }) => ends === 'silent');
  const survivors = busySurvivors(streams, scene);
  const moments = momentsOf(streams);
  const signs = [
    between.length > 0,
    far.length > 0,
    named.length > 0,
    known.length > 0,
    moments >= 2,
    moments >= 3,
    // The path was there all the time: that weighs double.
    survivors.length > 0,
    survivors.length > 0,
  ].filter(Boolean).length;
  // Silence alone is also what a broken path looks like.
  if (!isReset && signs === 0 && !isRound(Math.min(...quiets))) return [];
  const sureness = surenessOf(signs, isReset, between.length > 0);
  const survivedMs = Math.max(...streams.map(({ longestQuietMs }) => longestQuietMs));
  const by = addressOf(streams[0]!, isReset ? streams[0]!.end.by! : other(streams[0]!));
  const shortest = Math.min(...quiets);
  return [
    {
      level: 'cause',
      sureness,
      detail:
        survivedMs >= 1000
          ? `between ${timeText(survivedMs)} and ${timeText(shortest)}`
          : `at most ${timeText(shortest)}`,
      summary: `After a pause of ${rangeText(quiets)} the next packet ${isReset ? 'was answered with a reset: the connection was no longer known' : 'and its repetitions were never answered'}, on ${count(streams.length, 'stream')}.`,
      streams,
      why: reasons(streams, { isReset, between, far, survivors, named, by }),
      help: [
        ...(known.length > 0 && known.length <= 2 && moments >= 2 ? known.map(({ help }) => help) : []),
        heartbeatHelp(survivedMs >= 1000 ? survivedMs : shortest),
      ],
      more: [
        ...(known.length > 0
          ? [
              `is one of these on the path? By default they forget after such a time: ${[...new Set(known.map(({ hopName }) => hopName))].join(', ')}`,
            ]
          : ['which NAT, firewall or load balancer is between the two, and what is its idle time?']),
        ...(scene.pairs.length === 0
          ? [
              'a capture on the other side at the same time would show whether the packet arrived, and who sent the reset',
            ]
          : []),
      ],
    },
  ];
}

function surenessOf(signs: number, isReset: boolean, isFromBetween: boolean): Sureness {
  if (isFromBetween || (isReset && signs >= 2) || signs >= 3) return 'sure';
  return isReset || signs >= 2 ? 'likely' : 'possible';
}

const other = ({ end }: Stream) => (end.by === 'client' ? 'server' : 'client');

// Connections between the same two hosts that had packets more often, and lived on after this one was forgotten.
function busySurvivors(streams: readonly Stream[], scene: Scene): Stream[] {
  const { flow, end, quietMs } = streams[0]!;
  return scene.streams.filter(
    (stream) =>
      stream.flow !== flow &&
      stream.flow.server.address === flow.server.address &&
      stream.flow.lastMs > end.atMs + 1000 &&
      stream.flow.firstMs < end.atMs - quietMs &&
      stream.longestQuietMs < quietMs * 0.9 &&
      stream.end.kind !== 'silence' &&
      !streams.includes(stream),
  );
}

interface Signs {
  readonly isReset: boolean;
  readonly between: readonly Stream[];
  readonly far: readonly Stream[];
  readonly survivors: readonly Stream[];
  readonly named: readonly { readonly hopName: string; readonly meaning: string }[];
  readonly by: string;
}

function reasons(streams: readonly Stream[], signs: Signs): Point[] {
  const triggers = streams.flatMap(({ end }) => end.trigger ?? []);
  const points: Point[] = [
    {
      text: `no packet for ${rangeText(streams.map(({ quietMs }) => quietMs))}, then ${signs.isReset ? 'data' : 'data that was repeated without an answer'}`,
      refs: refsOf(triggers),
      filter: streamFilter(streams),
    },
  ];
  if (signs.isReset) {
    points.push(
      endPoint(
        streams,
        `RST without ACK that claims to come from ${signs.by}: the form of "no such connection"`,
      ),
    );
  }
  if (signs.between.length > 0) {
    points.push({
      text: `the capture on the side of ${signs.by} holds no such reset: it came from in between`,
      refs: signs.between.flatMap(({ end }) => end.ref ?? []),
    });
  }
  if (signs.far.length > 0) {
    const { flow, end } = signs.far[0]!;
    points.push({
      text: `the reset has TTL ${end.segment!.ttl}, other packets of that side ${flow.halves[end.by!].ttls[0]!.ttl}: another distance, or another sender`,
      refs: signs.far.flatMap(({ end: { ref } }) => ref ?? []),
    });
  }
  if (signs.survivors.length > 0) {
    points.push({
      text: `${count(signs.survivors.length, 'connection')} to the same host with shorter pauses went on`,
      refs: [],
      filter: streamFilter(signs.survivors),
    });
  }
  for (const { hopName, meaning } of signs.named.slice(0, 1)) {
    points.push({ text: `the reset carries the mark of ${hopName}: ${meaning}`, refs: [] });
  }
  const survivedMs = Math.max(...streams.map(({ longestQuietMs }) => longestQuietMs));
  if (survivedMs >= 1000)
    points.push({
      text: `pauses up to ${timeText(survivedMs)} were survived by ${of(streams.length, streams.length)}`,
      refs: [],
    });
  return points;
}
