// S02: a load balancer resets both ends when an idle connection expires.

import { resetFingerprint } from '../data/reset-fingerprints.ts';
import { matchTimers } from '../data/timers.ts';
import { ttlOf } from '../timeline/distance.ts';
import { wasSentByItsSide } from '../timeline/pair-flows.ts';
import { isReset } from '../timeline/reset-form.ts';
import { groupKey, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { timerPattern } from '../timeline/timer-pattern.ts';
import type { Claim, Rule } from './rule.ts';
import { heartbeatHelp, momentsOf, valueText } from './timer-claim.ts';
import { count, endPoint, rangeText } from './words.ts';

/** Resets to both ends leave in one go. */
const BOTH_MS = 200;

export const s02ResetAtExpiry: Rule = {
  id: 'S02',
  page: {
    title: 'load balancer resets both ends at idle expiry',
    what: 'A load balancer with TCP reset turned on ends an idle connection at expiry by a reset to the client and one to the server, each in the name of the other.',
    wire: 'RST to both ends after a fixed pause, and no packet before them that could have asked for it.',
    apart:
      'S01 stays silent at expiry: there a packet comes before the reset. S07 is one end that resets its own socket. S19 has unanswered keepalives before it.',
    help: [
      'A heartbeat or TCP keepalive below the idle time (Azure Load Balancer: 240 s), or raise `idleTimeoutInMinutes`.',
    ],
    sources: [{ text: 'Azure Load Balancer: TCP reset on idle', verified: true }],
  },
  needs: ['capture', 'two captures'],
  apartFrom: ['S01', 'S07', 'S19'],
  claims: (scene) => {
    const able = scene.streams.filter(isUntriggered);
    return [...Map.groupBy(able, groupKey).values()].flatMap((streams) => claim(streams, scene));
  },
  excludes(streams) {
    if (streams.every(({ end }) => end.kind !== 'rst')) return 'no reset';
    if (streams.every(({ end }) => end.trigger !== undefined)) return 'the reset answers a packet';
    return undefined;
  },
};

function isUntriggered({ end, normal, flow }: Stream): boolean {
  if (end.kind !== 'rst' || end.trigger !== undefined) return false;
  return normal === undefined || isToBoth(flow.segments, end.atMs);
}

const isToBoth = (segments: Stream['flow']['segments'], atMs: number) => {
  const resets = segments.filter((segment) => isReset(segment) && segment.atMs - atMs <= BOTH_MS);
  // An answer to a reset is none: both were sent for the same state, at their own numbers.
  return new Set(resets.map(({ from }) => from)).size === 2;
};

function claim(streams: readonly Stream[], scene: Scene): Claim[] {
  const pattern = timerPattern(streams);
  if (pattern === undefined || pattern.kind === 'total') return [];
  const members = pattern.streams;
  const both = members.filter(({ flow, end }) => isToBoth(flow.segments, end.atMs));
  const unsent = members.filter(
    ({ flow, end }) => wasSentByItsSide(scene.pairOf.get(flow.id), end.segment!) === false,
  );
  const marked = members.filter(({ end }) => resetFingerprint(end.segment!)?.speaksFor === 'S02');
  const strange = members.filter(({ flow, end }) => ttlOf(flow, end.segment!) === 'other family');
  const known = matchTimers(pattern.valueMs, 'idle').filter(({ ends }) => ends === 'reset-both');
  const isProven = both.length > 0 || unsent.length > 0 || marked.length > 0 || strange.length > 0;
  if (!isProven && known.length === 0) return [];
  const isSure = both.length > 0 || unsent.length > 0 || (strange.length > 0 && momentsOf(members) >= 3);
  const isLikely = marked.length > 0 || momentsOf(members) >= 2;
  return [
    {
      level: 'cause',
      sureness: isSure ? 'sure' : isLikely ? 'likely' : 'possible',
      detail: valueText(pattern),
      summary: `${count(members.length, 'stream')} got a reset that no packet asked for, ${rangeText(members.map(({ gapMs }) => gapMs!))} after the last byte.`,
      streams: members,
      why: [
        endPoint(members, 'RST after a pause, without a packet before it that it could answer'),
        ...(both.length > 0 ? [endPoint(both, 'resets to client and server at the same moment')] : []),
        ...(strange.length > 0
          ? [
              {
                text: `the reset has TTL ${strange[0]!.end.segment!.ttl}, other packets of that side ${strange[0]!.flow.halves[strange[0]!.end.by!].ttls[0]!.ttl}: somebody else wrote it`,
                refs: strange.flatMap(({ end }) => end.ref ?? []),
              },
            ]
          : []),
        ...(unsent.length > 0
          ? [
              {
                text: 'the capture on the other side holds no such reset',
                refs: unsent.flatMap(({ end }) => end.ref ?? []),
              },
            ]
          : []),
      ],
      help: [
        ...(known.length > 0 && isProven ? known.map(({ help }) => help) : []),
        heartbeatHelp(pattern.valueMs),
      ],
      more: isSure
        ? []
        : [
            'a capture on the other side at the same time would show whether both ends are reset',
            ...(known.length > 0
              ? [`is one of these on the path? ${known.map(({ hopName }) => hopName).join(', ')}`]
              : []),
          ],
    },
  ];
}
