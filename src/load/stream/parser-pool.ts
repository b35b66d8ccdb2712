// Lends parsers to streams for as long as a block is under way. Between two blocks a parser differs from any
// other only in its last event id, so 20,000 quiet streams need none of their own: 1.1 KiB less a stream.

import { EventStreamParser, type ParsedEvent, type ParserProblem } from '../../wire/index.ts';

/** What the stream that holds a parser is told; the parser is given back by then, or soon after. */
export interface ParserUser {
  onParsedEvent(event: ParsedEvent): void;
  /** A comment, or a block of only an id. */
  onHeartbeat(): void;
  onRetry(retryMs: number): void;
  onParserProblem(problem: ParserProblem): void;
}

/** Parsers kept for the next stream; all others are left to the garbage collector. */
export const MAX_IDLE_PARSERS = 64;

const EMPTY_LINE = Uint8Array.of(0x0a);
const idle: LentParser[] = [];

/** A parser and who uses it at the moment. */
export class LentParser {
  readonly parser: EventStreamParser;
  #user: ParserUser | undefined;

  constructor() {
    const onHeartbeat = () => this.#user?.onHeartbeat();
    this.parser = new EventStreamParser({
      onEvent: (event) => this.#user?.onParsedEvent(event),
      onCursor: onHeartbeat,
      onComment: onHeartbeat,
      onRetry: (retryMs) => this.#user?.onRetry(retryMs),
      onProblem: (problem) => this.#user?.onParserProblem(problem),
    });
    // Past the place where a byte order mark may stand: most users are in the middle of a stream.
    this.parser.push(EMPTY_LINE);
  }

  lendTo(user: ParserUser): void {
    this.#user = user;
  }
}

/** A parser that goes on between two blocks after `lastEventId`; `atStart`: at the very start of a stream. */
export function takeParser(user: ParserUser, lastEventId: string, atStart: boolean): LentParser {
  const lent = idle.pop() ?? new LentParser();
  lent.lendTo(user);
  if (atStart) lent.parser.end();
  lent.parser.lastEventId = lastEventId;
  return lent;
}

/** Takes the parser back, which has to be between two blocks. */
export function returnParser(lent: LentParser): void {
  if (idle.length < MAX_IDLE_PARSERS) idle.push(lent);
}
