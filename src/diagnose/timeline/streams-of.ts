// Turns a connection into streams: for HTTP/2 one an exchange, else one for the connection with its last exchange.
// Exchanges before the last were whole, or the connection could not have been used again; they are only counted.

import { recogniseHop } from '../data/hops.ts';
import type { Exchange, Flow, Side } from '../evidence.ts';
import { flowEnd } from './flow-end.ts';
import { type Gaps, packetGaps, payloadGaps } from './gaps.ts';
import { normalKind } from './normal-kind.ts';
import type { End, Phase, Stream } from './stream.ts';

/** A server that sends so many times without being asked, over so long, streams. */
const PUSHED_BURSTS = 3;
const PUSHED_MS = 2000;

export interface FlowStreams {
  readonly streams: readonly Stream[];
  /** Whole responses on the connection before its last. */
  readonly earlierResponses: number;
}

export function streamsOf(flow: Flow, sourceEndMs: number): FlowStreams {
  const end = flowEnd(flow, sourceEndMs);
  const isHttp2 = flow.exchanges.some(({ protocol }) => protocol === 'http/2');
  if (isHttp2) {
    const streams = flow.exchanges.map((exchange) => http2Stream(flow, exchange, end));
    return { streams, earlierResponses: 0 };
  }
  const exchange = flow.exchanges.at(-1);
  const earlierResponses = flow.exchanges.slice(0, -1).filter(({ complete }) => complete).length;
  return { streams: [build(flow, exchange, end, flow.id)], earlierResponses };
}

function http2Stream(flow: Flow, exchange: Exchange, flowEnded: End): Stream {
  const reset = exchange.resets[0];
  const isReset = reset !== undefined && reset.atMs <= flowEnded.atMs;
  const end: End = isReset
    ? { kind: 'stream-reset', by: reset.from, atMs: reset.atMs, ref: reset.ref, code: reset.code }
    : flowEnded;
  return build(flow, exchange, end, `${flow.id} http2.stream ${exchange.id}`);
}

function build(flow: Flow, exchange: Exchange | undefined, end: End, id: string): Stream {
  const phase = phaseOf(flow, exchange, end);
  const isHttp2 = exchange?.protocol === 'http/2';
  const momentMs = end.trigger?.atMs ?? end.atMs;
  const gaps = isHttp2 ? exchangeGaps(flow, exchange, momentMs, end.by) : flowGaps(flow, momentMs, end.by);
  const packets = packetGaps(flow, momentMs);
  const connectedMs = flow.establishedMs ?? flow.firstMs;
  const beginMs = exchange?.requestComplete?.atMs ?? exchange?.request?.atMs ?? connectedMs;
  // A connection that was kept has its server's name in an earlier response.
  const answered = exchange?.response ? exchange : flow.exchanges.findLast(({ response }) => response);
  const serverHop = recogniseHop(answered, 'server');
  const clientHop = recogniseHop(exchange, 'client');
  const base = {
    id,
    flow,
    phase,
    end,
    beginMs,
    ageMs: Math.max(0, end.atMs - beginMs),
    connectionAgeMs: Math.max(0, end.atMs - connectedMs),
    longestGapMs: gaps.longestMs,
    quietMs: packets.lastMs ?? 0,
    longestQuietMs: packets.longestMs,
    isCut: isCut(exchange, phase),
    isEventStream: isEventStream(exchange) || phase === 'pushed',
    ...(exchange && { exchange }),
    ...(gaps.lastMs !== undefined && { gapMs: gaps.lastMs }),
    ...(gaps.lastBy && { lastPayloadBy: gaps.lastBy }),
    ...(serverHop && { serverHop }),
    ...(clientHop && { clientHop }),
  };
  const normal = normalKind(base);
  return normal === undefined ? base : { ...base, normal };
}

function phaseOf(flow: Flow, exchange: Exchange | undefined, end: End): Phase {
  const neverConnected = flow.sawStart && flow.establishedMs === undefined;
  if (neverConnected || end.kind === 'refused' || end.kind === 'unanswered') return 'connect';
  if (exchange !== undefined) {
    if (exchange.complete !== undefined && exchange.complete.atMs <= end.atMs) return 'reuse';
    // Where header compression hides the head, data shows that there was one.
    return exchange.response === undefined && exchange.bodyBytes === 0 ? 'head' : 'body';
  }
  const { client, server } = flow.halves;
  if (client.bytes === 0 && server.bytes === 0) return 'quiet';
  return isPushed(flow) ? 'pushed' : 'opaque';
}

function isPushed({ halves }: Flow): boolean {
  const lastAsked = halves.client.bursts.at(-1)?.untilMs ?? Number.NEGATIVE_INFINITY;
  const unasked = halves.server.bursts.filter(({ atMs }) => atMs > lastAsked);
  return unasked.length >= PUSHED_BURSTS && unasked.at(-1)!.atMs - unasked[0]!.atMs >= PUSHED_MS;
}

const flowGaps = (flow: Flow, untilMs: number, closer: Side | undefined): Gaps =>
  payloadGaps(
    flow,
    { client: flow.halves.client.bursts, server: flow.halves.server.bursts },
    untilMs,
    closer,
  );

// On a shared connection only the frames of this stream count: its request, its head, its data.
function exchangeGaps(flow: Flow, exchange: Exchange, untilMs: number, closer: Side | undefined): Gaps {
  const point = (
    fact: { readonly ref: { source: number; at: number }; readonly atMs: number } | undefined,
  ) =>
    fact === undefined
      ? []
      : [{ ref: fact.ref, atMs: fact.atMs, untilMs: fact.atMs, bytes: 1024, packets: 1 }];
  const client = point(exchange.requestComplete ?? exchange.request);
  const server = [...point(exchange.response), ...exchange.bursts];
  return payloadGaps(flow, { client, server }, untilMs, closer);
}

function isCut(exchange: Exchange | undefined, phase: Phase): boolean {
  if (exchange === undefined || phase !== 'body') return false;
  return !exchange.hasHoles && exchange.framing !== 'until-close' && exchange.framing !== undefined;
}

function isEventStream(exchange: Exchange | undefined): boolean {
  return /^text\/event-stream\b/i.test(exchange?.response?.headers['content-type'] ?? '');
}
