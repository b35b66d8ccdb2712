// S20: data was sent again and again and never acknowledged; the sender gave up without a word.

import type { Segment } from '../evidence.ts';
import { otherSide, trailingRepeats } from '../timeline/flow-end.ts';
import { movedCounters, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { isAfterIdle } from './s01-idle-drop.ts';
import { addressOf, count, refsOf, streamFilter, timeText } from './words.ts';

export const s20RetransmissionTimeout: Rule = {
  id: 'S20',
  page: {
    title: 'retransmissions without an answer (path or peer lost)',
    what: 'Nothing that was sent was acknowledged any more: the path broke, a firewall began to drop, or the peer vanished without a word. The sender repeats with doubled pauses; Linux gives up after about 15 minutes (tcp_retries2), with ETIMEDOUT and without a reset.',
    wire: 'The same data at growing distances, nothing from the other side, then nothing at all.',
    elsewhere: 'RetransSegs, TCPTimeouts and TCPAbortOnTimeout rise; the program sees ETIMEDOUT.',
    apart:
      'S01 hits only connections that were idle, and busy ones on the same path live on. S19 has keepalives instead of data. S15 has acknowledgments, with window 0.',
    help: [
      'Look for what changed on the path at the time of the first unanswered packet: a route, a firewall rule, a node that went away.',
      'TCP_USER_TIMEOUT or a watchdog on heartbeats finds it in seconds instead of 15 minutes.',
    ],
    sources: [
      { text: 'Linux ip-sysctl.rst: tcp_retries2', verified: true },
      { text: 'Linux net/ipv4/tcp_timer.c: tcp_write_err sends no reset', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S01', 'S19', 'S15'],
  claims: (scene) => {
    const lost = scene.streams.filter(isLost);
    return [...Map.groupBy(lost, groupOf).values()].map((streams) => claim(streams, scene));
  },
  excludes(streams) {
    if (streams.every(({ end }) => end.kind === 'rst'))
      return 'a reset came; a retransmission timeout sends none';
    if (streams.every((stream) => !isLost(stream))) return 'no data was left without an answer';
    return undefined;
  },
};

const groupOf = ({ flow, end }: Stream) => `${end.by} ${flow.server.address}`;

const isLost = ({ end, phase, normal }: Stream) =>
  normal === undefined &&
  end.kind === 'silence' &&
  phase !== 'connect' &&
  !end.trigger!.marks.includes('keep-alive') &&
  !end.trigger!.marks.includes('zero-window-probe');

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const runs = streams.map(({ flow }) => repeatsOf(flow.segments));
  const longest = runs.reduce((a, b) => (b.length > a.length ? b : a));
  const by = streams[0]!.end.by!;
  const peer = addressOf(streams[0]!, otherSide(by));
  const counters = movedCounters(scene, 'TCPAbortOnTimeout', 'TCPTimeouts');
  const repeats = longest.length - 1;
  const isGrowing = growsApart(longest);
  return {
    level: 'cause',
    // After a pause it may have been forgotten in between instead.
    sureness:
      repeats >= 5 && isGrowing && !streams.every(isAfterIdle)
        ? 'sure'
        : isGrowing || counters.length > 0
          ? 'likely'
          : 'possible',
    detail: `${repeats} repetitions over ${timeText(longest.at(-1)!.atMs - longest[0]!.atMs)}`,
    summary: `${peer} stopped acknowledging; ${addressOf(streams[0]!, by)} repeated its data ${repeats} times and got no answer (${count(streams.length, 'stream')}).`,
    streams,
    why: [
      {
        text: `the same data ${repeats + 1} times${isGrowing ? ', at growing distances' : ''}, and not one packet from ${peer}`,
        refs: refsOf(longest),
        filter: streamFilter(streams, 'tcp.analysis.retransmission'),
      },
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
      `look for what changed on the path to ${peer} at that time`,
      'a watchdog on heartbeats (or TCP_USER_TIMEOUT) finds it sooner',
    ],
    more: ['a capture on the other side at the same time would show in which direction packets were lost'],
  };
}

// What the peer said later, if the path came back, is no part of the silence.
const repeatsOf = (segments: readonly Segment[]) => trailingRepeats(segments, segments.length);

/** Doubled pauses: each at least 1.4 times the one before, as far as three of them show it. */
function growsApart(run: readonly Segment[]): boolean {
  const pauses = run.slice(1).map(({ atMs }, i) => atMs - run[i]!.atMs);
  const late = pauses.slice(-3);
  return late.length >= 2 && late.every((pause, i) => i === 0 || pause >= late[i - 1]! * 1.4);
}
