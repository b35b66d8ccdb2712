// S32: the client itself gives up after a time without data. Leaving is normal; always after the same time is a timer.

import type { Stream } from '../timeline/stream.ts';
import { timerPattern } from '../timeline/timer-pattern.ts';
import { closedGroups } from './closed-groups.ts';
import type { Claim, Rule } from './rule.ts';
import { heartbeatHelp, momentsOf, settingOf, valueText } from './timer-claim.ts';
import { addressOf, count, endPoint, of, rangeText } from './words.ts';

/** People leave when they want; so many that left after one time did not. */
const MIN_MOMENTS = 3;

export const s32ClientTimer: Rule = {
  id: 'S32',
  page: {
    title: "the client's own timer",
    what: 'The client, or a library in it, ends the stream after a fixed time: a receive timeout, a watchdog for missing heartbeats, a limit of the whole request.',
    wire: 'FIN, RST or RST_STREAM from the client, with the same gap (or the same age) every time.',
    elsewhere: 'The client logs a timeout of its own (`ESOCKETTIMEDOUT`, `context deadline exceeded`).',
    apart:
      'A client that leaves normally does so at any time. S03 seen from behind: the client is then a proxy.',
    help: ['Send heartbeats more often than the client waits, or raise its receive timeout.'],
    sources: [{ text: 'common behaviour of HTTP clients', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S03', 'S15'],
  claims: (scene) => closedGroups(scene, 'client').flatMap(claim),
  excludes: (streams) =>
    streams.every(({ end }) => end.by === 'server') ? 'the server side closed' : undefined,
};

function claim(streams: readonly Stream[]): Claim[] {
  const pattern = timerPattern(streams);
  if (pattern === undefined || pattern.sweepMs !== undefined) return [];
  const members = pattern.streams;
  const isEnough = momentsOf(members) >= MIN_MOMENTS && members.length * 2 > streams.length;
  if (!isEnough || pattern.kind === 'either') return [];
  const isTight = pattern.latestMs - pattern.earliestMs <= 100 || pattern.isRound;
  if (!isTight) return [];
  const times = members.map((stream) => (pattern.kind === 'idle' ? stream.gapMs! : stream.ageMs));
  const what = pattern.kind === 'idle' ? 'after the last byte' : 'after its request';
  const setting = settingOf(members, 'client', pattern.valueMs, 'idle');
  return [
    {
      level: 'cause',
      // From outside, a program with a timer and a proxy with one look alike.
      sureness: 'likely',
      detail: valueText(pattern),
      summary: `The client side ended ${of(members.length, streams.length)} streams ${valueText(pattern)} ${what}.`,
      streams: members,
      why: [
        {
          text: `${pattern.kind === 'idle' ? 'gap' : 'age'} ${rangeText(times)} on ${count(members.length, 'stream')}`,
          refs: [],
        },
        endPoint(members, `closed by ${addressOf(members[0]!, 'client')}`),
      ],
      help: pattern.kind === 'idle' ? [heartbeatHelp(pattern.valueMs)] : ["raise the client's limit"],
      more: setting.more,
    },
  ];
}
