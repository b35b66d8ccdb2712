// S15: the client stopped reading. Its window is zero, the server can only ask whether it opens again.

import type { Segment, Side } from '../evidence.ts';
import { isFin } from '../timeline/reset-form.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { resetAfterFin } from './resets.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, rangeText, refsOf, streamFilter } from './words.ts';

/** Shorter pauses of a reader are daily life. */
const MIN_CLOSED_MS = 2000;

export const s15ZeroWindow: Rule = {
  id: 'S15',
  page: {
    title: 'client stopped reading (zero window)',
    what: 'The client does not take what it is sent: its receive buffer is full, its window zero. The server probes with growing pauses for as long as the probes are acknowledged; in the end the application drops the client, or everything just stands.',
    wire: 'Window 0 from the client, zero-window probes of the server, each acknowledged with window 0. No reset comes from the receiver because of it.',
    elsewhere:
      '`ss -tie`: timer persist, notsent above 0, rwnd_limited; TCPToZeroWindowAdv on the client, TCPWinProbe on the server.',
    apart: 'S20: nothing is acknowledged at all. S26: the window is open, but data comes in lumps.',
    help: [
      'Find out why the client does not read (a paused consumer, a tab in the background, a debugger); on the server bound what waits for one client and end it after a time without progress.',
    ],
    sources: [
      { text: 'Linux net/ipv4/tcp_timer.c: tcp_probe_timer', verified: true },
      { text: 'RFC 9293 3.8.6.1', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S20', 'S26'],
  claims: (scene) =>
    (['client', 'server'] as const).flatMap((reader) => {
      const stalled = scene.streams.filter((stream) => closedWindow(stream, reader) !== undefined);
      return [...Map.groupBy(stalled, ({ flow }) => flow.server.address).values()].map((streams) =>
        claim(streams, reader, scene),
      );
    }),
  excludes: (streams) =>
    streams.every(({ flow }) => flow.halves.client.zeroWindows === 0)
      ? 'the client never closed its window'
      : undefined,
};

interface ClosedWindow {
  readonly first: Segment;
  readonly probes: readonly Segment[];
  readonly closedMs: number;
}

/** The window of the reader that was zero when the stream ended, or when the capture did. */
function closedWindow(stream: Stream, reader: Side): ClosedWindow | undefined {
  const { flow, end, phase } = stream;
  // Who closes without having read is S06.
  const isReset = end.kind === 'rst' ? end.form === 'active' : resetAfterFin(stream) !== undefined;
  if (end.by === reader && isReset) return undefined;
  if (phase === 'connect' || flow.halves[reader].zeroWindows === 0) return undefined;
  let first: Segment | undefined;
  const probes: Segment[] = [];
  for (const segment of flow.segments) {
    if (segment.atMs >= end.atMs) break;
    if (segment.from !== reader) {
      if (first !== undefined && segment.marks.includes('zero-window-probe')) probes.push(segment);
      continue;
    }
    if (segment.flags.includes('R') || isFin(segment)) continue;
    if (segment.window !== 0) {
      first = undefined;
      probes.length = 0;
    } else first ??= segment;
  }
  if (first === undefined) return undefined;
  const untilMs = end.kind === 'open' ? Math.max(flow.lastMs, first.atMs) : end.atMs;
  const closedMs = untilMs - first.atMs;
  return closedMs >= MIN_CLOSED_MS ? { first, probes, closedMs } : undefined;
}

function claim(streams: readonly Stream[], reader: Side, _scene: Scene): Claim {
  const windows = streams.map((stream) => closedWindow(stream, reader)!);
  const probes = windows.flatMap((window) => window.probes);
  const address = addressOf(streams[0]!, reader);
  const dropped = streams.filter(({ end }) => end.kind !== 'open' && end.kind !== 'silence');
  const how =
    dropped.length > 0
      ? `${count(dropped.length, 'stream')} ended while it was closed`
      : 'the streams stand still';
  return {
    level: 'cause',
    sureness: probes.length >= 2 ? 'sure' : 'likely',
    detail: `closed for ${rangeText(windows.map(({ closedMs }) => closedMs))}`,
    summary: `${streams.length === 1 ? address : `${count(streams.length, 'receiver')} (${address} and others)`} stopped reading: its window was zero; ${how}.`,
    streams,
    why: [
      {
        text: `window 0 from ${address}, never opened again`,
        refs: refsOf(windows.map(({ first }) => first)),
        filter: streamFilter(streams, 'tcp.analysis.zero_window'),
      },
      ...(probes.length > 0
        ? [
            {
              text: `${count(probes.length, 'probe')} of the other side found it still closed`,
              refs: refsOf(probes),
              filter: streamFilter(streams, 'tcp.analysis.zero_window_probe'),
            },
          ]
        : []),
    ],
    help: [
      `find out why ${address} does not read`,
      'bound what waits for one client, and end it after a time without progress',
    ],
    more: [],
  };
}
