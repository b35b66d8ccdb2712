import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { EventStreamParser, type ParserOptions } from './parser.ts';

const encoder = new TextEncoder();
type Call = [name: string, ...values: unknown[]];

/** Everything that a parser said, in order. */
function record(chunks: Iterable<Uint8Array | string>, options: Partial<ParserOptions> = {}): Call[] {
  const calls: Call[] = [];
  const parser = new EventStreamParser({
    onEvent: ({ type, data, lastEventId }) => calls.push(['event', type, data, lastEventId]),
    onCursor: (id) => calls.push(['cursor', id]),
    onComment: (text) => calls.push(['comment', text]),
    onRetry: (retryMs) => calls.push(['retry', retryMs]),
    onProblem: ({ reason, offset, limitBytes }) => calls.push(['problem', reason, offset, limitBytes]),
    ...options,
  });
  for (const chunk of chunks) parser.push(typeof chunk === 'string' ? encoder.encode(chunk) : chunk);
  calls.push(['last', parser.lastEventId]);
  return calls;
}

/** The specification, word by word, for a stream that is whole; the model that the parser is held against. */
function interpret(bytes: Uint8Array): Call[] {
  const calls: Call[] = [];
  let data = '';
  let type = '';
  let idBuffer: string | undefined;
  let lastEventId = '';
  const lines = new TextDecoder().decode(bytes).split(/\r\n|\n|\r/);
  for (const line of lines.slice(0, -1)) {
    if (line === '') {
      if (idBuffer !== undefined) lastEventId = idBuffer;
      if (data !== '') calls.push(['event', type || 'message', data.slice(0, -1), lastEventId]);
      else if (idBuffer !== undefined) calls.push(['cursor', idBuffer]);
      data = '';
      type = '';
      idBuffer = undefined;
      continue;
    }
    const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!;
    if (field === '') calls.push(['comment', value]);
    else if (field === 'data') data += `${value}\n`;
    else if (field === 'event') type = value;
    else if (field === 'id' && !value.includes('\0')) idBuffer = value;
    else if (field === 'retry' && /^[0-9]+$/.test(value))
      calls.push(['retry', Math.min(Number(value), Number.MAX_SAFE_INTEGER)]);
  }
  calls.push(['last', lastEventId]);
  return calls;
}

// Bytes that are likely to mean something, next to bytes that are not: field names and their pieces, line ends,
// whole, halved and broken UTF-8, marks.
const tokens = [
  ...[
    'data',
    'event',
    'id',
    'retry',
    'dat',
    'Data',
    ':',
    ': ',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    '\r\r',
    '\r\n\r\n',
  ],
  ...[
    'data: x\n',
    'id: 7\n',
    'retry: 12\n',
    'event: t\r\n',
    ': hi\n',
    '\0',
    'é',
    '€',
    '😀',
    '\u2028',
    '\uFEFF',
    '0',
  ],
  'y'.repeat(40),
  'data: long '.padEnd(3000, 'z'),
].map((text) => encoder.encode(text));
const pieces = [
  [0xef],
  [0xbb],
  [0xbf],
  [0xef, 0xbb],
  [0xe2, 0x82],
  [0xf0, 0x9f],
  [0xff],
  [0xc0, 0x80],
  [0x0b],
  [0x85],
];
const aByteString = fc
  .array(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...tokens) },
      { weight: 2, arbitrary: fc.constantFrom(...pieces).map((bytes) => Uint8Array.from(bytes)) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }) },
    ),
    { maxLength: 60 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
const cuts = fc.array(fc.nat(), { maxLength: 12 });

/** The same bytes in other chunks; two equal cuts make an empty one. */
function rechunk(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const edges = [0, ...at.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, i) => bytes.slice(edges[i], edge));
}

const byteByByte = (bytes: Uint8Array) => Array.from(bytes, (byte) => Uint8Array.of(byte));

describe('EventStreamParser', () => {
  it('reads any bytes as the specification does', () => {
    fc.assert(
      fc.property(aByteString, (bytes) => assert.deepEqual(record([bytes]), interpret(bytes))),
      { numRuns: 1500 },
    );
  });

  it('says the same however the bytes are cut into chunks', () => {
    fc.assert(
      fc.property(aByteString, cuts, (bytes, at) => {
        assert.deepEqual(record(rechunk(bytes, at)), interpret(bytes));
      }),
      { numRuns: 1500 },
    );
  });

  it('says the same for chunks of one byte', () => {
    fc.assert(
      fc.property(aByteString, (bytes) => assert.deepEqual(record(byteByByte(bytes)), interpret(bytes))),
      { numRuns: 300 },
    );
  });

  it('drops and reports the same blocks however the bytes are cut', () => {
    fc.assert(
      fc.property(aByteString, cuts, fc.integer({ min: 1, max: 60 }), (bytes, at, maxEventBytes) => {
        const whole = record([bytes], { maxEventBytes });
        assert.deepEqual(record(rechunk(bytes, at), { maxEventBytes }), whole);
        assert.deepEqual(record(byteByByte(bytes), { maxEventBytes }), whole);
      }),
      { numRuns: 1500 },
    );
  });

  it('reads a stream larger than its window and its first buffer', () => {
    const block = `id: 1\n${'data: a line of some length\r\n'.repeat(400)}\n`;
    const bytes = encoder.encode(`: start\n\n${block}${block.replaceAll('a line', 'à líne')}data: x\n\n`);
    const expected = interpret(bytes);
    assert.equal(expected.filter(([name]) => name === 'event').length, 3);
    for (const size of [1, 7, 100, 2048, 2049, 5000, bytes.length]) {
      const chunks = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.slice(at, at + size));
      assert.deepEqual(record(chunks), expected, `chunks of ${size} bytes`);
    }
  });

  it('lets the caller reuse a chunk', () => {
    const calls: string[] = [];
    const parser = new EventStreamParser({ onEvent: ({ data }) => calls.push(data) });
    const chunk = encoder.encode('data: kept, ');
    parser.push(chunk);
    chunk.fill(0x21);
    parser.push(encoder.encode('whole\n\n'));
    assert.deepEqual(calls, ['kept, whole']);
  });
});

describe('the limit of EventStreamParser', () => {
  const limited = (text: string, maxEventBytes: number) => record([text], { maxEventBytes });

  it('is reached by a block of exactly its size, and passed by one byte more', () => {
    // 'id: 1\ndata: abc' has 15 bytes.
    assert.deepEqual(limited('id: 1\ndata: abc\n\n', 15), [
      ['event', 'message', 'abc', '1'],
      ['last', '1'],
    ]);
    assert.deepEqual(limited('id: 1\ndata: abcd\n\n', 15), [
      ['problem', 'event-too-large', 0, 15],
      ['cursor', '1'],
      ['last', '1'],
    ]);
  });

  it('counts bytes, not characters', () => {
    assert.deepEqual(limited('data: €\n\n', 9), [
      ['event', 'message', '€', ''],
      ['last', ''],
    ]);
    assert.deepEqual(limited('data: €\n\n', 8), [
      ['problem', 'event-too-large', 0, 8],
      ['last', ''],
    ]);
  });

  it('drops one block, names its offset, and reads the next', () => {
    const text = `data: a\n\ndata: ${'x'.repeat(50)}\ndata: more\n\ndata: b\n\n`;
    assert.deepEqual(limited(text, 20), [
      ['event', 'message', 'a', ''],
      ['problem', 'event-too-large', 9, 20],
      ['event', 'message', 'b', ''],
      ['last', ''],
    ]);
  });

  it('never ends a stream of comments and unknown fields, however long', () => {
    const calls = limited(`${': hello\nfoo: bar\n'.repeat(2000)}data: x\n\n`, 16);
    assert.deepEqual(calls.at(-2), ['event', 'message', 'x', '']);
    assert.equal(calls.filter(([name]) => name === 'problem').length, 0);
  });

  // How much a line that has begun may hold is ByteBuffer's promise, and tested there.
  it('drops a line that never ends once, also in chunks of one byte', () => {
    const problems: unknown[] = [];
    const parser = new EventStreamParser({
      onEvent: () => assert.fail('no event'),
      onProblem: (problem) => problems.push(problem),
      maxEventBytes: 10_000,
    });
    const byte = encoder.encode('d');
    for (let i = 0; i < 10_000; i++) parser.push(byte);
    assert.equal(problems.length, 0);
    for (let i = 0; i < 10_000; i++) parser.push(byte);
    assert.equal(problems.length, 1);
  });

  // 0.1 s; with each line searched to the end of the chunk it takes minutes.
  it('takes time in proportion to the bytes for lines without a colon or a CR', { timeout: 30_000 }, () => {
    record([encoder.encode('x\n'.repeat(524_288))]);
  });
});
