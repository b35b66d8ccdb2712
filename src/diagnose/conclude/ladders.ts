// The packets around the ends of a few streams, as steps of a drawing.

import type { Segment } from '../evidence.ts';
import type { Ladder, LadderStep } from '../finding.ts';
import type { Scene } from '../timeline/scene.ts';
import type { Stream } from '../timeline/stream.ts';
import { placeOf } from './places.ts';

const MAX_LADDERS = 3;
const BEFORE = 12;
const AFTER = 6;

export function laddersOf(streams: readonly Stream[], scene: Scene): Ladder[] {
  return streams.slice(0, MAX_LADDERS).flatMap((stream) => ladder(stream, scene) ?? []);
}

function ladder({ id, flow, end }: Stream, { evidence }: Scene): Ladder | undefined {
  if (flow.segments.length === 0) return undefined;
  const at = end.segment ?? end.trigger;
  const found = at === undefined ? -1 : flow.segments.indexOf(at);
  const last = flow.segments.findLastIndex(({ atMs }) => atMs <= end.atMs);
  const index = found >= 0 ? found : Math.max(0, last);
  const steps = flow.segments
    .slice(Math.max(0, index - BEFORE), index + 1 + AFTER)
    .map((segment): LadderStep => {
      const role = segment === end.segment ? 'end' : segment === end.trigger ? 'trigger' : 'other';
      const offsetMs = segment.atMs - (end.segment ?? end.trigger ?? { atMs: end.atMs }).atMs;
      return {
        offsetMs,
        from: segment.from,
        label: labelOf(segment),
        place: placeOf(segment.ref, evidence),
        role,
      };
    });
  const name = ({ address, port }: { address: string; port: number }) =>
    address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
  return { stream: id, client: name(flow.client), server: name(flow.server), steps };
}

const flagNames: Readonly<Record<string, string>> = { S: 'SYN', A: 'ACK', F: 'FIN', R: 'RST', U: 'URG' };
/** Marks that say more than flags do. */
const shownMarks = new Set<string>([
  'zero-window',
  'window-full',
  'zero-window-probe',
  'zero-window-probe-ack',
  'keep-alive',
  'keep-alive-ack',
  'retransmission',
  'out-of-order',
  'unanswered',
  'out-of-window',
  'wrong-checksum',
]);

function labelOf(segment: Segment): string {
  const flags = ['S', 'F', 'R', 'A']
    .filter((flag) => segment.flags.includes(flag))
    .map((flag) => flagNames[flag]!);
  const what = segment.bytes > 0 && flags.join() === 'ACK' ? [] : flags;
  const parts = [
    what.join(', '),
    segment.bytes > 0 ? `${segment.bytes} bytes` : '',
    segment.window === 0 && !segment.flags.includes('R') ? 'window 0' : '',
    ...segment.marks
      .filter((mark) => shownMarks.has(mark) && mark !== 'zero-window')
      .map((mark) => mark.replaceAll('-', ' ')),
  ];
  return parts.filter(Boolean).join(', ') || 'ACK';
}
