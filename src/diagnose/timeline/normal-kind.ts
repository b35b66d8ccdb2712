// Ends that are nobody's fault. They are counted and, unless many of them show one timer, never looked at by a rule.

import { CANCEL, NO_ERROR } from '../data/http2-codes.ts';
import { probeAgents } from '../data/probes.ts';
import { ttlOf } from './distance.ts';
import { isReset } from './reset-form.ts';
import type { NormalKind, Stream } from './stream.ts';

export function normalKind(stream: Omit<Stream, 'normal'>): NormalKind | undefined {
  const { exchange, end, phase } = stream;
  if (isProbe(stream)) return 'probe';
  // Whole is whole, whatever came after it: FIN, RST, GOAWAY or RST_STREAM.
  if (phase === 'reuse') return exchange?.framing === undefined ? 'idle connection closed' : 'complete';
  if (end.kind === 'open') return 'still open';
  if (end.by === 'client' && hasLeft(stream)) return 'client left';
  const endsByClose = exchange?.framing === 'until-close' && end.kind === 'fin' && end.by === 'server';
  if (endsByClose && phase === 'body') return 'ended by close';
  return undefined;
}

function isProbe({ exchange, flow, phase, end }: Omit<Stream, 'normal'>): boolean {
  const agent = exchange?.request?.headers['user-agent'];
  if (agent !== undefined && probeAgents.some((pattern) => pattern.test(agent))) return true;
  // A check of the port: connected, and left without a byte.
  const left = end.kind === 'fin' || (end.kind === 'rst' && end.segment?.flags.includes('A') === true);
  return phase === 'quiet' && left && end.by === 'client' && flow.sawStart;
}

function hasLeft({ end, flow }: Omit<Stream, 'normal'>): boolean {
  if (end.kind === 'fin') return true;
  if (end.kind === 'stream-reset') return end.code === CANCEL || end.code === NO_ERROR;
  if (end.kind !== 'rst' || end.form !== 'active') return false;
  // A live socket resets with the TTL of its other packets; another one makes somebody else its author.
  if (
    end.segment !== undefined &&
    ['other distance', 'other family'].includes(ttlOf(flow, end.segment) ?? '')
  )
    return false;
  // Not when it gave up on a peer that had fallen silent.
  return !flow.segments.some(
    (segment) => segment.from === 'client' && !isReset(segment) && isUnanswered(segment.marks),
  );
}

const isUnanswered = (marks: readonly string[]) =>
  marks.includes('keep-alive') && marks.includes('unanswered');
