// Times, counts, packets and display filters, worded alike in all rules.

import type { Ref, Side } from '../evidence.ts';
import { range } from '../timeline/cluster.ts';
import type { Stream } from '../timeline/stream.ts';
import type { Point } from './rule.ts';

/** 60.0 s, 0.35 s, 6 min, 2 h 13 min: short, for a title or a sentence. */
export function timeText(ms: number): string {
  if (ms < 10_000) return `${Number((ms / 1000).toFixed(ms < 1000 ? 3 : 2))} s`;
  if (ms < 600_000) return `${Number((ms / 1000).toFixed(1))} s`;
  const minutes = Math.round(ms / 60_000);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** `60.00-60.02 s`, or one of them where they are one. */
export function rangeText(values: readonly number[]): string {
  const { min, max } = range(values);
  const digits = max < 10_000 || max - min < 1000 ? 2 : max - min < 10_000 ? 1 : 0;
  const [from, until] = [min, max].map((ms) => (ms / 1000).toFixed(digits));
  return from === until ? `${from} s` : `${from}-${until} s`;
}

export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

export const of = (n: number, all: number): string => (n === all ? `all ${all}` : `${n} of ${all}`);

/** `10.0.3.7`; an IPv6 address as it is. */
export const addressOf = ({ flow }: Stream, side: Side): string => flow[side].address;

export function endpointText({ flow }: Stream, side: Side): string {
  const { address, port } = flow[side];
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

const MAX_IN_FILTER = 24;

/** A display filter for these streams, as far as they are in one file. */
export function streamFilter(streams: readonly Stream[], condition?: string): string {
  const first = streams[0]!;
  const indexes = new Set(
    streams.filter(({ flow }) => flow.source === first.flow.source).map(({ flow }) => flow.streamIndex),
  );
  const list = [...indexes].sort((a, b) => a - b).slice(0, MAX_IN_FILTER);
  const which = list.length === 1 ? `tcp.stream == ${list[0]}` : `tcp.stream in {${list.join(', ')}}`;
  return condition === undefined ? which : `${which} && ${condition}`;
}

const endCondition = '(tcp.flags.fin == 1 || tcp.flags.reset == 1)';

/** How these streams ended, with the packets. */
export function endPoint(streams: readonly Stream[], text: string): Point {
  const refs = streams.flatMap(({ end }) => (end.ref === undefined ? [] : [end.ref]));
  const kinds = new Set(streams.map(({ end }) => end.kind));
  const condition = kinds.has('stream-reset') ? 'http2.type == 3' : endCondition;
  return { text, refs, filter: streamFilter(streams, condition) };
}

export const refsOf = (facts: readonly { readonly ref: Ref }[]): Ref[] => facts.map(({ ref }) => ref);
