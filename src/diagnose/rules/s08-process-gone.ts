// S08: the process behind a port is gone: everything it held ended at one moment.

import { linesAround, type MassEnd, massEnds } from '../timeline/mass-ends.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endPoint, of, rangeText, refsOf, streamFilter, timeText } from './words.ts';

/** A port that refuses so soon after the end lost its program then. */
const REFUSED_WITHIN_MS = 10_000;
const FACTS = ['OOMKilled', 'oom-kill', 'exit', 'crash', 'SIGKILL', 'segfault'];

export const s08ProcessGone: Rule = {
  id: 'S08',
  page: {
    title: 'process crashed or was killed',
    what: 'The process that held the streams is gone: a crash, SIGKILL, or the OOM killer. Its kernel closes everything it had at one moment: FIN for most, a reset for those with unread data. Until something listens again, new connections are refused.',
    wire: 'All connections of one address end within milliseconds, whatever their age; then SYN is answered by RST.',
    elsewhere:
      'Pod: OOMKilled, exit code 137, restartCount; kernel log: Out of memory; the program logs nothing.',
    apart:
      'S03 and S04 end streams one by one, by their own clocks. S09 is aligned to the deletion of a pod, S12 to a reload.',
    help: [
      'Find out why the process died: its exit code, the kernel log, the memory limit. Clients need a reconnect with jitter, and resume.',
    ],
    sources: [
      { text: 'Linux: a process that ends closes its sockets; unread data makes it a reset', verified: true },
      { text: 'Kubernetes: OOMKilled, exit code 137', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S03', 'S04', 'S09', 'S12'],
  claims: (scene) => massEnds(scene, 1).flatMap((end) => claim(end, scene)),
  excludes(streams) {
    const times = streams.map(({ end }) => end.atMs);
    const spreadMs = Math.max(...times) - Math.min(...times);
    return streams.length > 1 && spreadMs > 2000
      ? `the ends are spread over ${timeText(spreadMs)}, not one moment`
      : undefined;
  },
};

/** Connections to the same address that were refused soon after. */
function refusedAfter(end: MassEnd, { streams }: Scene): Stream[] {
  const ports = new Set(end.streams.map(({ flow }) => flow.server.port));
  return streams.filter(
    ({ flow, end: other }) =>
      other.kind === 'refused' &&
      flow.server.address === end.address &&
      ports.has(flow.server.port) &&
      other.atMs >= end.fromMs &&
      other.atMs - end.untilMs <= REFUSED_WITHIN_MS,
  );
}

function isServedAfter(end: MassEnd, { streams }: Scene): boolean {
  return streams.some(
    ({ flow }) =>
      flow.server.address === end.address &&
      flow.establishedMs !== undefined &&
      flow.establishedMs > end.untilMs &&
      flow.establishedMs - end.untilMs <= 1000,
  );
}

function claim(end: MassEnd, scene: Scene): Claim[] {
  const flows = new Set(end.streams.map(({ flow }) => flow)).size;
  const refused = refusedAfter(end, scene);
  const lines = linesAround(logFacts(scene, ...FACTS), end.fromMs, 2000, 5000);
  const isAll = flows >= end.openCount * 0.9;
  const isPlural = flows >= 2 && isAll;
  const isGone = refused.length > 0 || lines.length > 0;
  if (!isGone && (!isPlural || flows < 3 || isServedAfter(end, scene))) return [];
  if (!isAll) return [];
  const isSilent = end.streams.every((stream) => stream.end.kind === 'silence');
  if (isSilent) return [];
  const resets = end.streams.filter((stream) => stream.end.kind === 'rst').length;
  return [
    {
      level: 'cause',
      sureness: lines.length > 0 || (isGone && isPlural) ? 'sure' : isGone ? 'likely' : 'possible',
      summary: `Everything that ${end.address} held ended within ${timeText(Math.max(1, end.untilMs - end.fromMs))}: ${count(flows, 'connection')}${refused.length > 0 ? '; then its port refused' : ''}.`,
      streams: end.streams,
      why: [
        endPoint(
          end.streams,
          `${of(flows, end.openCount)} open connections of ${end.address} ended at one moment, ${resets} of them by a reset; ages ${rangeText(end.streams.map(({ ageMs }) => ageMs))}`,
        ),
        ...(refused.length > 0
          ? [
              {
                text: `SYN to the same port refused ${timeText(Math.max(1, refused[0]!.end.atMs - end.fromMs))} later: nothing listens any more`,
                refs: refused.flatMap((stream) => stream.end.ref ?? []),
                filter: streamFilter(refused, 'tcp.flags.reset == 1'),
              },
            ]
          : []),
        ...(lines.length > 0
          ? [{ text: `logged: ${lines[0]!.text.slice(0, 120)}`, refs: refsOf(lines) }]
          : []),
      ],
      help: [
        `find out why the process at ${end.address} ended: exit code, kernel log, memory limit`,
        'let clients reconnect with jitter and resume',
      ],
      more:
        lines.length > 0
          ? []
          : [
              'events of the pod or the log of the host at that time would tell a crash from a deploy (S09, S11)',
            ],
    },
  ];
}
