// S34: a timer of the application or a gateway ends the exchange before the response has begun.

import { matchTimers } from '../data/timers.ts';
import { densest, isRound } from '../timeline/cluster.ts';
import type { Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { momentsOf, settingOf, surer } from './timer-claim.ts';
import { addressOf, count, of, rangeText, refsOf, streamFilter, timeText } from './words.ts';

const timeoutStatus = [408, 502, 503, 504, 524];
/** Below this a failure is an answer, not a timer. */
const MIN_MS = 1000;

export const s34TimerBeforeHead: Rule = {
  id: 'S34',
  page: {
    title: 'timer before the response head',
    what: 'The response did not begin in time: a gateway answers 504 (or 408, 502, 503, 524), or closes, after a fixed time without a head. Stream servers that send the head only with the first event meet it when nothing happens.',
    wire: 'The request, then nothing until a status of 5xx or a close, always after the same time.',
    elsewhere:
      'nginx: `upstream timed out ... while reading response header`; HAProxy sH; Envoy UT with 504; no flag at all when the timer is the application’s.',
    apart: 'S14 and S30 fail at once. After the head no gateway can say 504 any more: see S03 and S04.',
    help: [
      'Send the response head (and a first byte) at once, before there is an event.',
      'Raise the timer of the gateway that answered.',
    ],
    sources: [
      { text: 'HAProxy configuration manual: termination state sH', verified: true },
      { text: 'Envoy: response flags', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S14', 'S30'],
  claims: (scene) =>
    [...Map.groupBy(scene.streams.filter(failedBeforeHead), serverKey).values()].flatMap((streams) =>
      claim(streams, scene),
    ),
};

function failedBeforeHead({ exchange, phase, end, normal }: Stream): boolean {
  const status = exchange?.response?.status;
  if (status !== undefined) return timeoutStatus.includes(status) && normal !== 'probe';
  return (
    phase === 'head' &&
    end.by === 'server' &&
    (end.kind === 'fin' || end.kind === 'rst' || end.kind === 'stream-reset')
  );
}

function waitMs({ exchange, beginMs, end }: Stream): number {
  return (exchange?.response?.atMs ?? end.atMs) - beginMs;
}

function claim(failed: readonly Stream[], _scene: Scene): Claim[] {
  const streams = failed.filter((stream) => waitMs(stream) >= MIN_MS);
  const members = densest(streams, waitMs);
  if (members.length === 0) return [];
  const valueMs = waitMs(members[0]!);
  const round = matchTimers(valueMs, 'before-head').length > 0 || isRound(valueMs);
  const moments = momentsOf(members);
  const gateway = members.some(({ exchange }) => exchange?.response?.status === 504);
  if (!round && moments < 2 && !gateway) return [];
  const setting = settingOf(members, 'server', valueMs, 'before-head');
  const base = moments >= 3 ? 'sure' : moments === 2 ? 'likely' : 'possible';
  const isRaised = base === 'possible' && gateway && (round || setting.help.length > 0);
  const status = members[0]!.exchange?.response?.status;
  const address = addressOf(members[0]!, 'server');
  const heads = members.flatMap(({ exchange, end }) => exchange?.response?.ref ?? end.ref ?? []);
  return [
    {
      level: 'cause',
      sureness: isRaised ? surer(base) : base,
      detail: timeText(valueMs),
      summary: `${address} ${status === undefined ? 'closed' : `answered ${status}`} on ${of(members.length, failed.length)} ${failed.length === 1 ? 'request' : 'requests'} ${timeText(valueMs)} after it was sent.`,
      streams: members,
      why: [
        {
          text: `${rangeText(members.map(waitMs))} without a response head on ${count(members.length, 'request')}`,
          refs: refsOf(members.flatMap(({ exchange }) => exchange?.request ?? [])),
        },
        {
          text: status === undefined ? `close by ${address}` : `status ${status} from ${address}`,
          refs: heads,
          filter: streamFilter(
            members,
            status === undefined
              ? '(tcp.flags.fin == 1 || tcp.flags.reset == 1)'
              : `http.response.code == ${status}`,
          ),
        },
      ],
      help: [...setting.help, 'send the response head at once, before there is an event'],
      more: setting.more,
    },
  ];
}
