// S03: what stands in between closes a stream on which no payload passed for a fixed time.

import { isForwarded } from '../data/hops.ts';
import type { Side } from '../evidence.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { type TimerPattern, timerPattern } from '../timeline/timer-pattern.ts';
import { closedGroups } from './closed-groups.ts';
import type { Claim, Point, Rule } from './rule.ts';
import { isEnvoyIdle } from './s05-envoy-idle.ts';
import { heartbeatHelp, momentsOf, settingOf, surer, timerSureness, valueText } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText, timeText } from './words.ts';

export const s03ProxyIdle: Rule = {
  id: 'S03',
  page: {
    title: 'proxy idle timeout',
    what: 'A proxy or load balancer that speaks HTTP closes a response on which no byte of payload passed for a set time. It counts the time between two bytes, so a stream that always has something to say never meets it.',
    wire: 'A FIN (with TLS an alert first) from the proxy, a fixed time after the last payload; the chunked body has no last chunk. Ages differ, gaps do not.',
    elsewhere:
      'nginx: `upstream timed out (110: ...) while reading upstream`; HAProxy: flags sD or cD; browsers: ERR_INCOMPLETE_CHUNKED_ENCODING; Go: unexpected EOF.',
    apart:
      'S04 ends streams at one age while data flows. S01 forgets the connection without a packet, and something resets the next one. S08 ends all streams of a server at one moment.',
    help: [
      'Send a heartbeat: payload, at most every 15 s where the path is not known. TCP keepalive and HTTP/2 PING do not count for most of these timers.',
      'Or raise the timer of the hop that closed: nginx `proxy_read_timeout`, HAProxy `timeout server` and `timeout client`, AWS ALB `idle_timeout.timeout_seconds`, Kong `read_timeout`.',
    ],
    sources: [
      { text: 'nginx: ngx_http_proxy_module, proxy_read_timeout counts between two reads', verified: true },
      { text: 'AWS Elastic Load Balancing: idle timeout counts payload only', verified: true },
      { text: 'HAProxy configuration manual: timeout server, timeout client', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S01', 'S02', 'S04', 'S08'],
  claims: (scene) => [
    ...closedGroups(scene, 'server').flatMap((streams) => claim(streams, 'server', scene)),
    ...closedGroups(scene, 'client')
      .map((streams) => streams.filter(isProxied))
      .flatMap((streams) => claim(streams, 'client', scene)),
  ],
  excludes(streams) {
    const survived = streams.filter(
      ({ gapMs, longestGapMs }) => gapMs === undefined || longestGapMs >= gapMs,
    );
    if (survived.length * 2 > streams.length)
      return `${of(survived.length, streams.length)} streams lived through a longer gap than the last`;
    return undefined;
  },
};

const isProxied = (stream: Stream) => stream.clientHop !== undefined || isForwarded(stream.exchange);

function claim(streams: readonly Stream[], closer: Side, scene: Scene): Claim[] {
  const pattern = timerPattern(streams);
  if (pattern === undefined || pattern.kind === 'total' || isEnvoyIdle(pattern)) return [];
  // Proxies close with FIN, unless they say who they are.
  if (isResetByNobody(pattern.streams)) return [];
  const { valueMs } = pattern;
  const members = pattern.streams;
  const setting = settingOf(members, closer, valueMs, 'idle');
  const base = timerSureness(pattern, streams.length);
  // A client that leaves once can do so at any time, a round one too.
  if (closer === 'client' && momentsOf(members) < 2) return [];
  // For a body that is closed to end it, the close is regular: only a pattern speaks.
  if (members.every(({ normal }) => normal !== undefined) && base === 'possible') return [];
  const isAgreed = setting.isDefault || (pattern.kind === 'idle' && setting.help.length > 0);
  const raised = isAgreed && base === 'possible' ? surer(base) : base;
  const isSurelyCut = members.some(({ isCut }) => isCut);
  // A client that closes, and a body whose end nobody can see, leave another explanation open; so does a clock in rounds.
  const sureness = raised === 'sure' && (!isSurelyCut || closer === 'client') ? 'likely' : raised;
  const address = addressOf(members[0]!, closer);
  return [
    {
      level: 'cause',
      sureness,
      detail: valueText(pattern),
      summary: `${closerText(address, closer)} closed ${of(members.length, streams.length)} ${streams.length === 1 ? 'stream' : 'streams'} ${valueText(pattern)} after the last byte.`,
      streams: members,
      why: reasons(pattern),
      help: [...setting.help, heartbeatHelp(valueMs)],
      more: [...setting.more, ...moreOf(pattern, scene)],
    },
  ];
}

const isResetByNobody = (streams: readonly Stream[]) =>
  streams.every(({ end, serverHop, clientHop }) => end.kind === 'rst' && !serverHop && !clientHop);

const closerText = (address: string, closer: Side) =>
  closer === 'server' ? `The proxy ${address}` : `The proxy ${address}, which is the client here,`;

function reasons(pattern: TimerPattern): Point[] {
  const { streams } = pattern;
  const gaps = rangeText(streams.map(({ gapMs }) => gapMs!));
  const ages = rangeText(streams.map(({ ageMs }) => ageMs));
  const closer = addressOf(streams[0]!, streams[0]!.end.by!);
  const points: Point[] = [];
  const ageText =
    pattern.kind === 'either'
      ? `; age ${ages}, so a total limit would look the same`
      : `; ages ${ages}, so not a total limit`;
  points.push({
    text: `gap before the end ${gaps} on ${count(streams.length, 'stream')}${streams.length === 1 && pattern.kind !== 'either' ? '' : ageText}`,
    refs: [],
  });
  const longest = Math.max(...streams.map(({ longestGapMs }) => longestGapMs));
  if (longest >= 1000)
    points.push({ text: `gaps up to ${timeText(longest)} before that were survived`, refs: [] });
  const cut = streams.filter(({ isCut }) => isCut);
  const by =
    streams[0]!.end.kind === 'rst' ? 'RST' : streams[0]!.end.kind === 'stream-reset' ? 'RST_STREAM' : 'FIN';
  points.push(endPoint(streams, `${by} from ${closer}${cut.length > 0 ? ` ${missingEnd(cut[0]!)}` : ''}`));
  return points;
}

export function missingEnd({ exchange }: Stream): string {
  if (exchange?.framing === 'chunked') return 'without the last chunk';
  if (exchange?.framing === 'content-length')
    return `after ${exchange.bodyBytes} of ${exchange.contentLength} bytes`;
  return 'without END_STREAM';
}

function moreOf(pattern: TimerPattern, scene: Scene): string[] {
  const more: string[] = [];
  if (pattern.kind === 'either' || momentsOf(pattern.streams) === 1) {
    more.push(
      'a stream that gets one event halfway would tell: if the end moves with it, it is an idle timer, else a total limit',
    );
  }
  if (scene.evidence.sources.filter(({ kind }) => kind === 'capture').length < 2) {
    more.push('a capture on the server side would show that the application did not close');
  }
  return more;
}
