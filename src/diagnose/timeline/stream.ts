// One stream as the rules see it: a connection, or one exchange on it, with how it ended and the times that tell why.

import type { Hop } from '../data/hops.ts';
import type { Exchange, Flow, Ref, Segment, Side } from '../evidence.ts';
import type { ResetForm } from './reset-form.ts';

/**
 * `connect`: no connection yet. `quiet`: connected, no payload. `head`: asked, no response yet. `body`: the response is under way.
 * `reuse`: all responses were whole, the connection waits for the next request. `opaque`: payload that cannot be read (TLS),
 * with no sign of a stream; `pushed`: the same, but the server sent on and on without being asked, as a stream does.
 */
export type Phase = 'connect' | 'quiet' | 'head' | 'body' | 'reuse' | 'opaque' | 'pushed';

/**
 * `silence`: what one side sent was repeated and never answered. `unanswered`: no answer to SYN. `refused`: RST or ICMP in answer to SYN.
 * `open`: still there when the capture ended.
 */
export type EndKind = 'fin' | 'rst' | 'stream-reset' | 'silence' | 'unanswered' | 'refused' | 'open';

export interface End {
  readonly kind: EndKind;
  /** Who sent it; for `silence` and `unanswered` who got no answer. */
  readonly by?: Side;
  readonly atMs: number;
  readonly ref?: Ref;
  readonly segment?: Segment;
  /** Of a reset. */
  readonly form?: ResetForm;
  /** The packet of the other side that the reset answers, or the first of those that were never answered. */
  readonly trigger?: Segment;
  /** Of an RST_STREAM. */
  readonly code?: number;
}

/** Why an end is nothing to worry about. */
export type NormalKind =
  | 'complete'
  | 'ended by close'
  | 'client left'
  | 'idle connection closed'
  | 'probe'
  | 'still open';

export interface Stream {
  /** `capture.pcap tcp.stream 3`, with the HTTP/2 stream where there is one. */
  readonly id: string;
  readonly flow: Flow;
  readonly exchange?: Exchange;
  readonly phase: Phase;
  readonly end: End;
  /** From here its age counts: the whole request, else the connection. */
  readonly beginMs: number;
  readonly ageMs: number;
  readonly connectionAgeMs: number;
  /** Between the last payload of either side and the end (or the packet that triggered it). Undefined: no payload. */
  readonly gapMs?: number;
  /** The longest time without payload before that, which the stream survived. */
  readonly longestGapMs: number;
  /** Between the last packet of any kind and the end or its trigger. */
  readonly quietMs: number;
  readonly longestQuietMs: number;
  readonly lastPayloadBy?: Side;
  readonly normal?: NormalKind;
  /** The response is known not to be whole. */
  readonly isCut: boolean;
  readonly serverHop?: Hop;
  readonly clientHop?: Hop;
  /** An event stream by its content type, or pushed payload. */
  readonly isEventStream: boolean;
}

/** More of the connection is there than a lone packet that ended it. */
export const isKnown = ({ flow }: Stream): boolean =>
  flow.sawStart || flow.halves.client.bytes + flow.halves.server.bytes > 0;

export const serverKey = ({ flow }: Stream): string => `${flow.server.address}:${flow.server.port}`;
