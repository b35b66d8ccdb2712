import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventStreamParser } from '../../wire/index.ts';
import {
  type LentParser,
  MAX_IDLE_PARSERS,
  type ParserUser,
  returnParser,
  takeParser,
} from './parser-pool.ts';

/** A stream that takes a parser for each chunk and gives it back as soon as it can. */
class Borrower implements ParserUser {
  readonly said: unknown[][] = [];
  lastEventId = '';
  #lent: LentParser | undefined;
  #begun = false;

  get holdsParser(): boolean {
    return this.#lent !== undefined;
  }

  push(chunk: Uint8Array): void {
    const lent = this.#lent ?? takeParser(this, this.lastEventId, !this.#begun);
    this.#begun = true;
    this.#lent = lent;
    lent.parser.push(chunk);
    this.lastEventId = lent.parser.lastEventId;
    if (!lent.parser.isBetweenBlocks) return;
    this.#lent = undefined;
    returnParser(lent);
  }

  onParsedEvent({ type, data, lastEventId }: { type: string; data: string; lastEventId: string }): void {
    this.said.push(['event', type, data, lastEventId]);
  }

  onHeartbeat(): void {
    this.said.push(['heartbeat']);
  }

  onRetry(retryMs: number): void {
    this.said.push(['retry', retryMs]);
  }

  onParserProblem(): void {
    this.said.push(['problem']);
  }
}

/** What a parser of its own says. */
function alone(chunks: readonly Uint8Array[]): unknown[][] {
  const said: unknown[][] = [];
  const parser = new EventStreamParser({
    onEvent: ({ type, data, lastEventId }) => said.push(['event', type, data, lastEventId]),
    onCursor: () => said.push(['heartbeat']),
    onComment: () => said.push(['heartbeat']),
    onRetry: (retryMs) => said.push(['retry', retryMs]),
  });
  for (const chunk of chunks) parser.push(chunk);
  return said;
}

const bom = '\uFEFF';
const token = fc.constantFrom(
  ...['data: é', 'data', 'id: 7', 'id: é8', 'id', 'event: e', ':c', 'retry: 5', 'x', bom],
  ...['\n', '\n\n', '\r', '\r\n', '\r\n\r\n', '\r\r'],
);
const streams = fc.array(
  fc.tuple(
    fc.array(token, { maxLength: 40 }),
    fc.array(fc.integer({ min: 1, max: 15 }), { minLength: 1, maxLength: 6 }),
  ),
  { minLength: 1, maxLength: 5 },
);

function cut(text: string, sizes: readonly number[]): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; at += sizes[turn++ % sizes.length]!) {
    chunks.push(bytes.subarray(at, at + sizes[turn % sizes.length]!));
  }
  return chunks;
}

describe('lent parsers', () => {
  it('say to each of many streams what a parser of its own would', () => {
    fc.assert(
      fc.property(streams, (plans) => {
        const all = plans.map(([tokens, sizes]) => ({
          borrower: new Borrower(),
          chunks: cut(tokens.join(''), sizes),
        }));
        for (let round = 0; all.some(({ chunks }) => round < chunks.length); round++) {
          for (const { borrower, chunks } of all) {
            const chunk = chunks[round];
            if (chunk !== undefined) borrower.push(chunk);
          }
        }
        for (const { borrower, chunks } of all) assert.deepEqual(borrower.said, alone(chunks));
      }),
      { numRuns: 500 },
    );
  });

  it('take a byte order mark in the middle of a stream for what it is, also when they are new', () => {
    for (let taken = 0; taken <= MAX_IDLE_PARSERS; taken++) {
      const borrower = new Borrower();
      const lent = takeParser(borrower, '', false);
      lent.parser.push(new TextEncoder().encode('\uFEFFdata: no field\n\ndata: x\n\n'));
      assert.deepEqual(borrower.said, [['event', 'message', 'x', '']]);
    }
  });

  it('are held only while a block is under way', () => {
    const borrower = new Borrower();
    const push = (text: string) => borrower.push(new TextEncoder().encode(text));
    push('id: 1\ndata: x\n\n');
    assert.equal(borrower.holdsParser, false);
    push('data: y\n');
    assert.equal(borrower.holdsParser, true);
    push('\n');
    assert.equal(borrower.holdsParser, false);
    assert.deepEqual(borrower.said, [
      ['event', 'message', 'x', '1'],
      ['event', 'message', 'y', '1'],
    ]);
  });
});
