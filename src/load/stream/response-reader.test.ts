import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import {
  MAX_CHUNK_LINE_BYTES,
  MAX_HEAD_BYTES,
  type ResponseHead,
  ResponseReader,
} from './response-reader.ts';

interface Reading {
  readonly heads: ResponseHead[];
  readonly body: string;
  readonly complete: boolean;
  readonly problem: string | undefined;
  readonly completeAfterClose: boolean;
}

/** Reads `text` (latin1) in pieces of the given sizes, taken in turn, from a buffer that is reused. */
function read(text: string, sizes: readonly number[] = [text.length || 1]): Reading {
  const heads: ResponseHead[] = [];
  const bodies: Buffer[] = [];
  const reader = new ResponseReader({
    onHead: (head) => heads.push(head),
    onBody: (bytes) => bodies.push(Buffer.from(bytes)),
  });
  const bytes = Buffer.from(text, 'latin1');
  const reused = new Uint8Array(Math.max(...sizes));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const piece = bytes.subarray(at, at + sizes[turn % sizes.length]!);
    reused.set(piece);
    reader.push(reused, piece.length);
    reused.fill(0x21);
    at += piece.length;
  }
  const complete = reader.isComplete;
  const body = Buffer.concat(bodies).toString('latin1');
  return { heads, body, complete, problem: reader.problem, completeAfterClose: reader.finish() };
}

const OK = 'HTTP/1.1 200 OK\r\n';
const CHUNKED = `${OK}Transfer-Encoding: chunked\r\n\r\n`;

/** The text as chunks of the given sizes, each with an extension or not, and with trailers or not. */
function chunked(text: string, sizes: readonly number[], extension: string, trailers: string): string {
  let coded = '';
  for (let at = 0, turn = 0; at < text.length; turn++) {
    const piece = text.slice(at, at + sizes[turn % sizes.length]!);
    coded += `${piece.length.toString(16)}${turn % 2 === 0 ? extension : ''}\r\n${piece}\r\n`;
    at += piece.length;
  }
  return `${coded}0${extension}\r\n${trailers}\r\n`;
}

const pieces = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 12 });
const bodies = fc.string({
  unit: fc.constantFrom('\r', '\n', '0', 'a', ';', ':', 'data: x', 'é', '\0'),
  maxLength: 80,
});
const extensions = fc.constantFrom('', ';a', '; name="value"', '  ', '\t;x=1;y');
const trailerFields = fc.constantFrom('', 'X-Sum: 1\r\n', 'A: 1\r\nB: 2\r\n');

describe('ResponseReader', () => {
  it('reads chunks with extensions and trailers, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        bodies,
        pieces,
        extensions,
        trailerFields,
        pieces,
        (body, sizes, extension, trailers, cuts) => {
          const reading = read(CHUNKED + chunked(body, sizes, extension, trailers), cuts);
          assert.equal(reading.problem, undefined);
          assert.equal(reading.body, body);
          assert.equal(reading.complete, true);
          assert.deepEqual([reading.heads.length, reading.heads[0]?.status], [1, 200]);
        },
      ),
    );
  });

  it('reads chunks byte by byte', () => {
    const reading = read(`${CHUNKED}5\r\nhello\r\n1;x\r\n!\r\n0\r\nA: b\r\n\r\n`, [1]);
    assert.deepEqual([reading.body, reading.complete], ['hello!', true]);
  });

  it('knows a chunked body that was cut anywhere from a whole one', () => {
    const whole = CHUNKED + chunked('data: x\n\n', [4], ';e', 'T: 1\r\n');
    for (let length = 0; length < whole.length; length++) {
      assert.equal(
        read(whole.slice(0, length)).completeAfterClose,
        false,
        `${length} of ${whole.length} bytes`,
      );
    }
    assert.equal(read(whole).complete, true);
  });

  it('reads a body by its length and nothing after it', () => {
    fc.assert(
      fc.property(bodies, bodies, pieces, (body, more, cuts) => {
        const reading = read(`${OK}Content-Length: ${body.length}\r\n\r\n${body}${more}`, cuts);
        assert.deepEqual([reading.body, reading.complete, reading.problem], [body, true, undefined]);
      }),
    );
    assert.equal(read(`${OK}Content-Length: 5\r\n\r\nfour`).completeAfterClose, false);
  });

  it('reads responses one after the other, however the bytes are cut', () => {
    const texts = [
      `${CHUNKED}3\r\none\r\n0\r\n\r\n`,
      'HTTP/1.1 204 No Content\r\n\r\n',
      `HTTP/1.1 100 Continue\r\n\r\n${OK}Content-Length: 3\r\n\r\ntwo`,
      'HTTP/1.1 500 Oops\r\nContent-Length: 0\r\n\r\n',
    ];
    fc.assert(
      fc.property(fc.array(fc.nat(texts.length - 1), { maxLength: 8 }), pieces, (order, cuts) => {
        const bytes = Buffer.from(order.map((i) => texts[i]).join(''));
        const statuses: number[] = [];
        const reader = new ResponseReader({
          onHead: ({ status }) => void statuses.push(status),
          onBody: () => {},
        });
        for (let at = 0, turn = 0; at < bytes.length; turn++) {
          const piece = bytes.subarray(at, at + cuts[turn % cuts.length]!);
          at += piece.length;
          for (let taken = 0; taken < piece.length; ) {
            taken += reader.push(piece.subarray(taken));
            if (reader.isComplete) reader.restart();
            else assert.equal(taken, piece.length);
          }
        }
        assert.deepEqual(
          statuses,
          order.map((i) => [200, 204, 200, 500][i]),
        );
        assert.equal(reader.hasHead, false);
      }),
    );
  });

  it('knows an answer after which the connection stays from one after which it does not', () => {
    const keeps = (head: string) => read(`${head}Content-Length: 0\r\n\r\n`).heads[0]!.keepsAlive;
    assert.equal(keeps(OK), true);
    assert.equal(keeps(`${OK}Connection: keep-alive\r\n`), true);
    assert.equal(keeps(`${OK}Connection: Keep-Alive, Close\r\n`), false);
    assert.equal(keeps(`${OK}Connection: closed\r\n`), true);
    assert.equal(keeps('HTTP/1.0 200 OK\r\n'), false);
    assert.equal(keeps('HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n'), false);
  });

  it('reads until the close where there is neither', () => {
    const reading = read(`${OK}Content-Type: text/event-stream\r\n\r\ndata: 1\n\n`, [3]);
    assert.deepEqual([reading.body, reading.complete], ['data: 1\n\n', false]);
    assert.equal(reading.completeAfterClose, true);
    assert.equal(read('HTTP/1.0 200 OK\r\n\r\n').completeAfterClose, true);
  });

  it('expects no body of 204 and 304', () => {
    for (const status of [204, 304]) {
      const reading = read(`HTTP/1.1 ${status} x\r\nContent-Length: 9\r\n\r\n`);
      assert.deepEqual([reading.complete, reading.heads[0]?.status], [true, status]);
    }
  });

  it('passes over informational responses', () => {
    const reading = read(`HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${CHUNKED}1\r\nx\r\n0\r\n\r\n`, [7]);
    assert.deepEqual([reading.heads.length, reading.body, reading.complete], [1, 'x', true]);
  });

  it('gives header names in lower case, values trimmed and joined', () => {
    const reading = read('HTTP/1.1 500\nCONTENT-Type:\t text/html \nx-a: 1\nX-A: 2\nx-empty:\n\n');
    assert.deepEqual(
      [...reading.heads[0]!.headers],
      [
        ['content-type', 'text/html'],
        ['x-a', '1, 2'],
        ['x-empty', ''],
      ],
    );
  });

  it('takes chunks rather than a length where both are said, and the same length twice', () => {
    const both = read(`${OK}Content-Length: 3\r\nTransfer-Encoding: Chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n`);
    assert.deepEqual([both.body, both.complete], ['x', true]);
    assert.equal(read(`${OK}Content-Length: 1\r\nContent-Length: 1\r\n\r\nx`).complete, true);
  });

  it('says what is not HTTP', () => {
    const cases: readonly [string, RegExp][] = [
      ['SSH-2.0-OpenSSH\r\n\r\n', /does not begin with an HTTP\/1.1 status line but "SSH-2.0-OpenSSH"/],
      ['HTTP/2 200\r\n\r\n', /status line/],
      ['HTTP/1.1 20 OK\r\n\r\n', /status line/],
      [`${OK}no colon\r\n\r\n`, /header line "no colon" is malformed/],
      [`${OK}a: 1\r\n folded\r\n\r\n`, /header line " folded" is malformed/],
      [`${OK}Content-Length: -1\r\n\r\n`, /content-length "-1" is malformed/],
      [`${OK}Content-Length: 1\r\nContent-Length: 2\r\n\r\n`, /content-length "1, 2" is malformed/],
      [`${OK}Transfer-Encoding: gzip, chunked\r\n\r\n`, /transfer-encoding "gzip, chunked" is not supported/],
      [`${CHUNKED}zz\r\n`, /"zz" is no chunk size/],
      [`${CHUNKED}\r\n`, /"" is no chunk size/],
      [`${CHUNKED}5 x\r\n`, /"5 x" is no chunk size/],
      [`${CHUNKED}11111111111111\r\n`, /is no chunk size/],
      [`${CHUNKED}1\r\nxy\r\n`, /a chunk is longer than its size/],
      [`${CHUNKED}1;${'e'.repeat(MAX_CHUNK_LINE_BYTES)}\r\n`, /longer than 4096 bytes/],
      [`${CHUNKED}0\r\n${'t: 1\r\n'.repeat(1100)}\r\n`, /trailers exceed 4096 bytes/],
    ];
    for (const [text, problem] of cases) {
      for (const sizes of [[text.length], [1], [5]]) {
        const reading = read(text, sizes);
        assert.match(reading.problem ?? 'none', problem, JSON.stringify(text.slice(0, 60)));
        assert.equal(reading.completeAfterClose, false);
      }
    }
  });

  it('takes a head up to its bound and none above, also one that never ends', () => {
    const head = (bytes: number) => `${OK}x: ${'y'.repeat(bytes - OK.length - 7)}\r\n\r\n`;
    assert.equal(head(MAX_HEAD_BYTES).length, MAX_HEAD_BYTES);
    for (const sizes of [[20_000], [1000], [MAX_HEAD_BYTES]]) {
      assert.equal(read(head(MAX_HEAD_BYTES), sizes).problem, undefined);
      assert.match(read(head(MAX_HEAD_BYTES + 1), sizes).problem!, /head is larger than 16384 bytes/);
      assert.match(read(OK + 'a'.repeat(30_000), sizes).problem!, /head is larger than 16384 bytes/);
    }
  });

  it('reads nothing more once stopped in the middle of a chunk', () => {
    const bodies: string[] = [];
    const reader: ResponseReader = new ResponseReader({
      onHead: () => {},
      onBody: (bytes) => {
        bodies.push(Buffer.from(bytes).toString());
        reader.stop();
      },
    });
    reader.push(Buffer.from(`${CHUNKED}1\r\na\r\n1\r\nb\r\n0\r\n\r\n`));
    assert.deepEqual([bodies, reader.isComplete], [['a'], false]);
  });
});
