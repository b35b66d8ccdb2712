// What a parser takes and what it calls: the types, the defaults and the checks.

import { integer, resolveOptions, value } from '../base/options.ts';

/** One dispatched event. */
export interface ParsedEvent {
  /** The `event` field, or `message` when there was none. */
  readonly type: string;
  /** The `data` lines, joined by LF. */
  readonly data: string;
  /** The last `id` seen on this stream up to and with this event; empty when there was none. */
  readonly lastEventId: string;
}

/** Something that was left out, and where. */
export interface ParserProblem {
  readonly reason: 'event-too-large';
  /** Offset in the stream of the first byte of the block, in bytes. */
  readonly offset: number;
  readonly limitBytes: number;
}

/**
 * What a parser calls and how much it holds. A callback may call `end()`, and then nothing more of the chunk is
 * read. What a callback throws comes out of `push`, with the rest of the chunk unread: `end()` the parser then.
 */
export interface ParserOptions {
  readonly onEvent: (event: ParsedEvent) => void;
  /** A block that set an id and dispatched nothing: it moves the cursor. */
  readonly onCursor?: ((lastEventId: string) => void) | undefined;
  /** The text of a comment line, after its colon and one space. */
  readonly onComment?: ((text: string) => void) | undefined;
  /** A `retry` field, in milliseconds. */
  readonly onRetry?: ((retryMs: number) => void) | undefined;
  readonly onProblem?: ((problem: ParserProblem) => void) | undefined;
  /**
   * The most bytes that one block may have, from its first line that has a meaning to the end of its last line.
   * The data of a larger one is dropped; an id that came before the limit still counts, or a client would ask
   * for the same block for ever. Default 1 MiB, at most 256 MiB.
   */
  readonly maxEventBytes?: number | undefined;
  /** The id that a resumed stream starts from; it stays until an `id` field replaces it. Default empty. */
  readonly lastEventId?: string | undefined;
}

const isFunction = (given: unknown) => typeof given === 'function';
const optionTable = {
  onEvent: value<ParserOptions['onEvent'] | undefined>(undefined, 'a function', isFunction),
  onCursor: value<ParserOptions['onCursor']>(undefined, 'a function', isFunction),
  onComment: value<ParserOptions['onComment']>(undefined, 'a function', isFunction),
  onRetry: value<ParserOptions['onRetry']>(undefined, 'a function', isFunction),
  onProblem: value<ParserOptions['onProblem']>(undefined, 'a function', isFunction),
  // Below the longest string of every engine, so that decoding cannot throw.
  maxEventBytes: integer(1_048_576, 1, 268_435_456),
  lastEventId: value('', 'a string', (given) => typeof given === 'string'),
};

/**
 * The options with their defaults.
 *
 * @throws TypeError for an unknown option, a missing `onEvent` or a value of the wrong kind.
 */
export function resolveParserOptions(given: ParserOptions) {
  const resolved = resolveOptions('EventStreamParser', optionTable, given);
  const { onEvent } = resolved;
  if (onEvent === undefined) throw new TypeError('Expected `onEvent` to be a function, got undefined');
  return { ...resolved, onEvent };
}
