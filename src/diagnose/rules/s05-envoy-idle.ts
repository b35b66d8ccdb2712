// S05: Envoy ends a stream on which no frame passed for its stream idle timeout. The same wire as S03, another setting.

import { matchTimers } from '../data/timers.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { type TimerPattern, timerPattern } from '../timeline/timer-pattern.ts';
import { closedGroups } from './closed-groups.ts';
import type { Claim, Rule } from './rule.ts';
import { heartbeatHelp, settingOf, surer, timerSureness, valueText } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText, refsOf } from './words.ts';

const FLAGS = ['SI', 'stream_idle_timeout'];

export const s05EnvoyIdle: Rule = {
  id: 'S05',
  page: {
    title: 'Envoy stream idle timeout',
    what: 'Envoy ends a stream when neither headers nor data passed on it for `stream_idle_timeout` (5 min unless set), or for the `idle_timeout` of its route. Istio turns it off by default; raw Envoy, Contour and Envoy Gateway do not.',
    wire: 'HTTP/2: RST_STREAM a fixed time after the last frame of the stream, while the connection lives on. HTTP/1.1: the connection is closed without the last chunk.',
    elsewhere:
      'Envoy access log: flag SI, detail `stream_idle_timeout` (one detail for both settings), status 408 before the head.',
    apart: 'S04 (flag UT) ends at one age. S23 ends all streams of the connection after a GOAWAY.',
    help: [
      'Send a heartbeat well below the timeout, or set `stream_idle_timeout: 0s` on the listener and `idle_timeout: 0s` on the route: the detail in the log stands for either.',
    ],
    sources: [
      { text: 'Envoy: HTTP connection manager, stream_idle_timeout', verified: true },
      { text: 'Istio: listener_builder.go sets 0s', verified: true },
    ],
  },
  needs: ['capture', 'log'],
  apartFrom: ['S03', 'S04', 'S23'],
  claims: (scene) => closedGroups(scene, 'server').flatMap((streams) => claim(streams, scene)),
};

/** An idle pattern that is Envoy's: it was recognised, or an RST_STREAM came after Envoy's own default. */
export function isEnvoyIdle({ kind, streams, valueMs }: TimerPattern): boolean {
  if (kind === 'total') return false;
  if (streams.some(({ serverHop }) => serverHop?.id === 'envoy')) return true;
  const isReset = streams.every(({ end }) => end.kind === 'stream-reset');
  return isReset && matchTimers(valueMs, 'idle').some(({ hop }) => hop === 'envoy');
}

function claim(streams: readonly Stream[], scene: Scene): Claim[] {
  const pattern = timerPattern(streams);
  if (pattern === undefined || !isEnvoyIdle(pattern)) return [];
  const members = pattern.streams;
  const lines = logFacts(scene, ...FLAGS);
  const setting = settingOf(members, 'server', pattern.valueMs, 'idle');
  const base = timerSureness(pattern, streams.length);
  const isSupported = lines.length > 0 || setting.help.length > 0;
  const address = addressOf(members[0]!, 'server');
  return [
    {
      level: 'cause',
      sureness: isSupported && base === 'possible' ? surer(base) : lines.length > 0 ? 'sure' : base,
      detail: valueText(pattern),
      summary: `Envoy at ${address} ended ${of(members.length, streams.length)} streams ${valueText(pattern)} after the last frame.`,
      streams: members,
      why: [
        {
          text: `gap before the end ${rangeText(members.map(({ gapMs }) => gapMs!))} on ${count(members.length, 'stream')}; ages ${rangeText(members.map(({ ageMs }) => ageMs))}`,
          refs: [],
        },
        endPoint(
          members,
          members[0]!.end.kind === 'stream-reset' ? `RST_STREAM from ${address}` : `close by ${address}`,
        ),
        ...(lines.length > 0
          ? [{ text: `Envoy logged ${lines[0]!.facts.join(', ')}`, refs: refsOf(lines) }]
          : []),
      ],
      help: [...setting.help, heartbeatHelp(pattern.valueMs)],
      more: [...setting.more, ...(lines.length > 0 ? [] : ["Envoy's access log would show the flag SI"])],
    },
  ];
}
