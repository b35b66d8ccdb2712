import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { EventStreamParser, type ParserOptions } from './parser.ts';

const encoder = new TextEncoder();
type Call = [name: string, ...values: unknown[]];

describe('EventStreamParser between connections', () => {
  it('discards what was not finished and keeps the last event id', () => {
    const calls: Call[] = [];
    const parser = new EventStreamParser({
      onEvent: ({ type, data, lastEventId }) => calls.push(['event', type, data, lastEventId]),
      lastEventId: 'from-before',
    });
    assert.equal(parser.lastEventId, 'from-before');
    parser.push(encoder.encode('id: 1\ndata: a\n\nid: 2\nevent: t\ndata: b\nda'));
    parser.end();
    assert.equal(parser.lastEventId, '1');
    parser.push(encoder.encode('\uFEFFdata: c\n\n'));
    assert.deepEqual(calls, [
      ['event', 'message', 'a', '1'],
      ['event', 'message', 'c', '1'],
    ]);
  });

  it('says whether it holds nothing of a block, so that another parser could read on', () => {
    const states = (...chunks: string[]) => {
      const parser = new EventStreamParser({ onEvent: () => {} });
      return chunks.map((chunk) => {
        parser.push(encoder.encode(chunk));
        return parser.isBetweenBlocks;
      });
    };
    assert.equal(
      new EventStreamParser({ onEvent: () => {} }).isBetweenBlocks,
      false,
      'a mark may still come',
    );
    assert.deepEqual(states('data: a\n\n', 'd', 'ata: b\n', '\n', ':c\n'), [true, false, false, true, true]);
    assert.deepEqual(states('id: 1\n', '\n', 'event: e\n', '\n'), [false, true, false, true]);
    assert.deepEqual(states('data: a\r\n\r', '\n', 'data: b\r\r'), [false, true, false]);
  });

  it('reads on after an id that it is given', () => {
    const ids: string[] = [];
    const parser = new EventStreamParser({ onEvent: ({ lastEventId }) => ids.push(lastEventId) });
    parser.push(encoder.encode('id: 1\ndata: a\n\n'));
    parser.lastEventId = 'other';
    parser.push(encoder.encode('data: b\n\nid: 2\ndata: c\n\n'));
    assert.deepEqual(ids, ['1', 'other', '2']);
  });

  it('counts offsets from the start of the connection', () => {
    const offsets: number[] = [];
    const parser = new EventStreamParser({
      onEvent: () => {},
      onProblem: ({ offset }) => offsets.push(offset),
      maxEventBytes: 10,
    });
    parser.push(encoder.encode('data: a\n\n'));
    parser.end();
    parser.push(encoder.encode('\ndata: too long\n\n'));
    assert.deepEqual(offsets, [1]);
  });

  for (const name of ['event', 'cursor', 'comment', 'retry', 'problem']) {
    // Within the limit whole blocks are read together; above it line by line.
    for (const maxEventBytes of name === 'problem' ? [30] : [30, 1000]) {
      it(`reads nothing more of a chunk once the callback of ${name} has called end (${maxEventBytes})`, () => {
        const block = `: c\nretry: 5\nid: 1\n\ndata: x\n\ndata: ${'y'.repeat(40)}\n\n`;
        const calls: Call[] = [];
        const note = (noted: string) => (given: unknown) => {
          calls.push([noted, given]);
          if (noted === name) parser.end();
        };
        const parser: EventStreamParser = new EventStreamParser({
          onEvent: note('event'),
          onCursor: note('cursor'),
          onComment: note('comment'),
          onRetry: note('retry'),
          onProblem: note('problem'),
          maxEventBytes,
        });
        parser.push(encoder.encode(block + block));
        assert.equal(calls.filter(([noted]) => noted === name).length, 1);
        assert.equal(calls.at(-1)![0], name);
        // The next connection starts afresh: nothing of the line, the block or the offset is left.
        calls.length = 0;
        parser.push(encoder.encode(`data: ${'y'.repeat(maxEventBytes - 5)}\n\n`));
        assert.deepEqual(calls, [
          ['problem', { reason: 'event-too-large', offset: 0, limitBytes: maxEventBytes }],
        ]);
      });
    }
  }
});

describe('the options of EventStreamParser', () => {
  it('are checked when it is made', () => {
    const make = (options: object) => () => new EventStreamParser(options as ParserOptions);
    assert.throws(make({}), /Expected `onEvent` to be a function, got undefined/);
    assert.throws(make({ onEvent() {}, onEvents() {} }), /Unknown option `onEvents`.*`onEvent`/);
    assert.throws(make({ onEvent() {}, maxEventBytes: 0 }), /`maxEventBytes` to be an integer from 1/);
    assert.throws(make({ onEvent() {}, maxEventBytes: 2 ** 29 }), /`maxEventBytes` to be an integer from 1/);
    assert.throws(make({ onEvent() {}, lastEventId: 7 }), /`lastEventId` to be a string/);
  });
});
