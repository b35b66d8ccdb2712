// All that the rules look at: streams with how they ended, and what else the sources know.

import type { CounterFact, Evidence, Flow, LogFact, Ref } from '../evidence.ts';
import { type FlowPair, pairFlows } from './pair-flows.ts';
import { type Stream, serverKey } from './stream.ts';
import { streamsOf } from './streams-of.ts';

export interface Scene {
  readonly evidence: Evidence;
  /** Each connection once, also when two captures hold it. */
  readonly streams: readonly Stream[];
  readonly pairs: readonly FlowPair[];
  /** By the id of either flow. */
  readonly pairOf: ReadonlyMap<string, FlowPair>;
  /** Whole responses before the last one of their connection. */
  readonly earlierResponses: number;
  /** All flows to an address and port of a server. */
  readonly flowsTo: ReadonlyMap<string, readonly Flow[]>;
}

export function sceneOf(evidence: Evidence): Scene {
  const pairs = pairFlows(evidence);
  const pairOf = new Map<string, FlowPair>();
  for (const pair of pairs) {
    pairOf.set(pair.near.id, pair);
    pairOf.set(pair.far.id, pair);
  }
  const byFlow = new Map<string, readonly Stream[]>();
  let earlierResponses = 0;
  // Whatever the order in which sources and flows are given, the same is said.
  const flows = [...evidence.flows].sort((a, b) => a.firstMs - b.firstMs || compare(a.id, b.id));
  for (const flow of flows) {
    const of = streamsOf(flow, evidence.sources[flow.source]?.lastMs ?? flow.lastMs);
    byFlow.set(flow.id, of.streams);
    if (pairOf.get(flow.id)?.far !== flow) earlierResponses += of.earlierResponses;
  }
  const streams: Stream[] = [];
  for (const flow of flows) {
    if (pairOf.get(flow.id)?.far === flow) continue;
    streams.push(...oneOf(byFlow, flow, pairOf.get(flow.id)));
  }
  return {
    evidence,
    streams,
    pairs,
    pairOf,
    earlierResponses,
    flowsTo: Map.groupBy(flows, ({ server }) => `${server.address}:${server.port}`),
  };
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

// Of two captures of one connection the one that saw it fail, the client's when both did.
function oneOf(byFlow: ReadonlyMap<string, readonly Stream[]>, flow: Flow, pair: FlowPair | undefined) {
  const own = byFlow.get(flow.id)!;
  const other = pair && byFlow.get(pair.far.id);
  const isQuiet = own.every(({ normal }) => normal !== undefined);
  return other?.some(({ normal }) => normal === undefined) && isQuiet ? other : own;
}

/** Streams with the same key ended alike: at one server, by one side, in one way. */
export function groupKey(stream: Stream): string {
  const { end, phase } = stream;
  const isPassive = end.form === 'passive' || end.form === 'stray' || end.trigger !== undefined;
  const how = end.kind === 'rst' && isPassive ? 'answered by rst' : end.kind;
  const way = how === 'fin' || how === 'rst' || how === 'stream-reset' ? 'closed' : how;
  return [serverKey(stream), way, end.by, phase].join(' ');
}

/** Lines of logs that state one of these facts. */
export function logFacts({ evidence }: Scene, ...facts: readonly string[]): LogFact[] {
  return evidence.logs.filter((line) => line.facts.some((fact) => facts.includes(fact)));
}

/** Counters of these names that have moved. */
export function movedCounters({ evidence }: Scene, ...names: readonly string[]): CounterFact[] {
  return evidence.counters.filter(({ name, delta }) => delta > 0 && names.includes(name));
}

export const sourceCount = (refs: readonly Ref[]): number => new Set(refs.map(({ source }) => source)).size;
