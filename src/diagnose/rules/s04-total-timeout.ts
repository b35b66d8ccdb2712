// S04: something ends every response at one age, however much data flows.

import { matchTimers } from '../data/timers.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import { type TimerPattern, timerPattern } from '../timeline/timer-pattern.ts';
import { closedGroups } from './closed-groups.ts';
import type { Claim, Rule } from './rule.ts';
import { momentsOf, settingOf, surer, timerSureness, valueText } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText, refsOf, timeText } from './words.ts';

const FLAGS = ['UT', 'upstream_response_timeout', 'UMSDR', 'DT', 'max_duration_timeout'];

export const s04TotalTimeout: Rule = {
  id: 'S04',
  page: {
    title: 'total timeout',
    what: 'A limit on the whole response, not on the time between bytes: it ends a healthy stream at a fixed age while data flows. No heartbeat can beat it.',
    wire: 'FIN, RST or RST_STREAM at one age on all streams of a route, while gaps before the end differ.',
    elsewhere:
      'Envoy: status 200 with flag UT, detail `upstream_response_timeout`; DT and UMSDR for the lifetime of connection and stream; Go: `http: Handler timeout`, or HTTP/2 INTERNAL_ERROR.',
    apart:
      'S03 and S05: the gap is one value and ages differ. S08: all streams end at one moment, at any age.',
    help: [
      'Turn the limit off on the route of the stream: Envoy `timeout: 0s`, HTTPRoute `timeouts.request: "0s"`, Contour `timeoutPolicy.response: infinity`, GCP `timeoutSec: 86400`, Go `SetWriteDeadline(time.Time{})`.',
      'Clients must reconnect in any case: end the stream cleanly, with jitter, before the limit does.',
    ],
    sources: [
      { text: 'Envoy FAQ on timeouts: route timeout 15 s', verified: true },
      { text: 'GCP load balancing: timeoutSec 30 s for HTTP', verified: true },
      { text: 'Gateway API: HTTPRoute timeouts', verified: true },
    ],
  },
  needs: ['capture', 'log'],
  apartFrom: ['S03', 'S08'],
  claims: (scene) => closedGroups(scene, 'server').flatMap((streams) => claim(streams, scene)),
  excludes(streams) {
    const ages = streams.map(({ ageMs }) => ageMs);
    const spreadMs = Math.max(...ages) - Math.min(...ages);
    return streams.length > 1 && spreadMs > 1000 + Math.min(...ages) * 0.02
      ? `ages differ: ${rangeText(ages)}`
      : undefined;
  },
};

function claim(streams: readonly Stream[], scene: Scene): Claim[] {
  const pattern = timerPattern(streams);
  if (pattern === undefined || pattern.kind === 'idle') return [];
  if (pattern.kind === 'either' && !fitsTotalOnly(pattern)) return [];
  const { valueMs } = pattern;
  const members = pattern.streams;
  const older = livedLonger(members, scene, valueMs);
  const lines = logFacts(scene, ...FLAGS);
  const setting = settingOf(members, 'server', valueMs, 'total');
  const base = timerSureness(pattern, streams.length);
  if (members.every(({ normal }) => normal !== undefined) && base !== 'sure') return [];
  const raised = base === 'possible' && (setting.isDefault || lines.length > 0) ? surer(base) : base;
  const address = addressOf(members[0]!, 'server');
  const from = pattern.fromConnection ? 'of the connection' : 'of the request';
  return [
    {
      level: 'cause',
      sureness: older.length > 0 ? 'possible' : raised,
      detail: valueText(pattern),
      summary: `${address} ended ${of(members.length, streams.length)} ${streams.length === 1 ? 'stream' : 'streams'} at the age of ${valueText(pattern)}.`,
      streams: members,
      why: [
        {
          text: `age ${from} ${rangeText(members.map((s) => (pattern.fromConnection ? s.connectionAgeMs : s.ageMs)))} on ${count(members.length, 'stream')}; ${gapText(members)}`,
          refs: [],
        },
        endPoint(members, `${endWord(members[0]!)} from ${address}`),
        ...(lines.length > 0 ? [{ text: `logged: ${lines[0]!.facts.join(', ')}`, refs: refsOf(lines) }] : []),
        ...(older.length > 0
          ? [
              {
                text: `against it: ${count(older.length, 'stream')} of the same server lived longer, up to ${timeText(Math.max(...older.map(({ ageMs }) => ageMs)))}`,
                refs: [],
              },
            ]
          : []),
      ],
      help: [...setting.help, 'no heartbeat helps: turn the limit off for this route'],
      more: [
        ...setting.more,
        ...(momentsOf(members) === 1
          ? ['streams begun at other times would tell whether it is the age or the moment that ends them']
          : []),
      ],
    },
  ];
}

const fitsTotalOnly = ({ valueMs }: TimerPattern) =>
  matchTimers(valueMs, 'total').length > 0 && matchTimers(valueMs, 'idle').length === 0;

const endWord = ({ end }: Stream) =>
  end.kind === 'fin' ? 'FIN' : end.kind === 'rst' ? 'RST' : `RST_STREAM (code ${end.code})`;

function gapText(streams: readonly Stream[]): string {
  const gaps = streams.flatMap(({ gapMs }) => (gapMs === undefined ? [] : [gapMs]));
  return gaps.length === 0 ? 'no payload at all' : `the last byte was ${rangeText(gaps)} before it`;
}

// A stream of the same server and path that outlived the limit speaks against it.
function livedLonger(members: readonly Stream[], { streams }: Scene, valueMs: number): Stream[] {
  const keys = new Set(members.map(routeKey));
  return streams.filter((stream) => stream.ageMs > valueMs * 1.02 + 1000 && keys.has(routeKey(stream)));
}

const routeKey = (stream: Stream) =>
  `${serverKey(stream)} ${stream.exchange?.request?.target.split('?')[0] ?? ''} ${stream.phase}`;
