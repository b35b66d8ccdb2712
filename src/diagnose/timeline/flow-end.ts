// How a connection ended: who closed first, with which packet, and what that packet answered. Only the first end counts;
// what comes after it (echoes of a reset, data that was under way) is its consequence.

import type { Flow, Segment, Side } from '../evidence.ts';
import { isFin, isReset, isSyn, resetForm } from './reset-form.ts';
import type { End } from './stream.ts';

/** So many repetitions without an answer are silence; fewer can be a capture that ended too early. */
const MIN_REPEATS = 3;

export const otherSide = (side: Side): Side => (side === 'client' ? 'server' : 'client');

export function flowEnd(flow: Flow, sourceEndMs: number): End {
  const { segments } = flow;
  const first = segments.findIndex(
    (segment) => (isFin(segment) || isReset(segment)) && !segment.marks.includes('wrong-checksum'),
  );
  const segment = segments[first];
  const notConnected = flow.sawStart && flow.establishedMs === undefined;
  if (segment !== undefined && isReset(segment)) return resetEnd(flow, first, notConnected);
  if (segment !== undefined) {
    return { kind: 'fin', by: segment.from, atMs: segment.atMs, ref: segment.ref, segment };
  }
  const error = flow.icmpErrors.find(({ type }) => type === 3 || type === 1);
  if (notConnected && error !== undefined) {
    return { kind: 'refused', by: 'server', atMs: error.atMs, ref: error.ref };
  }
  if (notConnected && !segments.some(({ from }) => from === 'server')) {
    const syn = segments.find(isSyn);
    if (syn !== undefined) return { kind: 'unanswered', by: 'client', atMs: flow.lastMs, trigger: syn };
  }
  const silent = trailingRepeats(segments, segments.length);
  if (silent.length > MIN_REPEATS) {
    const trigger = silent[0]!;
    return { kind: 'silence', by: trigger.from, atMs: trigger.atMs, ref: trigger.ref, trigger };
  }
  return { kind: 'open', atMs: Math.max(sourceEndMs, flow.lastMs) };
}

function resetEnd(flow: Flow, index: number, notConnected: boolean): End {
  const segment = flow.segments[index]!;
  const form = resetForm(segment, flow);
  const end = { by: segment.from, atMs: segment.atMs, ref: segment.ref, segment, form } as const;
  if (notConnected && form === 'refused') return { kind: 'refused', ...end };
  const repeats = trailingRepeats(flow.segments, index).filter(({ from }) => from !== segment.from);
  const trigger = repeats[0];
  const last = repeats.at(-1);
  // Repeats that nobody answered for seconds are the cause, and a reset after them is somebody giving up.
  const isAnswer = last !== undefined && segment.atMs - last.atMs <= answerWithinMs(flow);
  return isAnswer && trigger !== undefined ? { kind: 'rst', ...end, trigger } : { kind: 'rst', ...end };
}

/**
 * The last run of packets of one side before `until` that got no answer: one packet and its repetitions, or keepalives.
 * In order of time; the first is where the silence began.
 */
export function trailingRepeats(segments: readonly Segment[], until: number): Segment[] {
  const run: Segment[] = [];
  for (let i = until - 1; i >= 0; i--) {
    const segment = segments[i]!;
    if (run[0] !== undefined && segment.from !== run[0].from) break;
    const asks = segment.bytes > 0 || asksForAnswer(segment);
    if (!asks) {
      if (run.length > 0) break;
      // A bare ACK asks for nothing: what came before it was answered.
      return [];
    }
    run.unshift(segment);
    const isRepeat = segment.marks.some(
      (mark) => mark === 'retransmission' || mark === 'keep-alive' || mark === 'zero-window-probe',
    );
    if (!isRepeat && segments[i - 1]?.marks.includes('unanswered') !== true) break;
  }
  return run;
}

const asksForAnswer = ({ marks }: Segment) =>
  marks.includes('keep-alive') || marks.includes('zero-window-probe');

/** How long an answer can take on this path: three round trips of the handshake, and at least 1 s. */
function answerWithinMs(flow: Flow): number {
  const syn = flow.segments.find(isSyn);
  const rttMs = syn === undefined || flow.establishedMs === undefined ? 0 : flow.establishedMs - syn.atMs;
  return Math.min(5000, Math.max(1000, 3 * rttMs));
}
