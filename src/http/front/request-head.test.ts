// The strict reader beside node:http: what the reader accepts, node:http must read in the same way.

import assert from 'node:assert/strict';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { Duplex } from 'node:stream';
import { test } from 'node:test';
import fc from 'fast-check';
import { hostileHead, mutatedHead } from '../../../test/support/request-heads.ts';
import { readRequestHead } from './request-head.ts';

const PATH = '/stream';
const read = (text: string) => readRequestHead(Buffer.from(text, 'latin1'), PATH);

test('the head of a browser, a proxy and curl is read', () => {
  const browser = read(
    'GET /stream?topic=orders%2F42&topic=prices/* HTTP/1.1\r\nHost: hub.example:8080\r\nConnection: keep-alive\r\n' +
      'User-Agent: Mozilla/5.0 (X11; Linux x86_64)\r\nAccept: text/event-stream\r\nCache-Control: no-cache\r\n' +
      'Last-Event-ID: abc123-7\r\nsec-ch-ua: "Chromium";v="140", "Not A;Brand";v="99"\r\n\r\n',
  );
  assert.equal(browser?.target, '/stream?topic=orders%2F42&topic=prices/*');
  assert.equal(browser.headers['last-event-id'], 'abc123-7');
  assert.equal(browser.headers['sec-ch-ua'], '"Chromium";v="140", "Not A;Brand";v="99"');
  assert.ok(read('GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 10.0.0.1, 10.0.0.2\r\n\r\n'));
  assert.ok(read('GET /stream HTTP/1.1\r\nhost:a\r\nconnection: Close\r\naccept:\r\n\r\n'));
});

const refused: Readonly<Record<string, string>> = {
  'half a head': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n',
  'half a line end': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r',
  'another path': 'GET /streams?topic=a HTTP/1.1\r\nHost: a\r\n\r\n',
  'another method': 'HEAD /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n',
  'HTTP/1.0': 'GET /stream?topic=a HTTP/1.0\r\nHost: a\r\n\r\n',
  'a whole URL': 'GET http://a/stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n',
  'no host': 'GET /stream?topic=a HTTP/1.1\r\nAccept: a\r\n\r\n',
  'no field at all': 'GET /stream?topic=a HTTP/1.1\r\n\r\n',
  'a line end before the head': '\r\nGET /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n',
  'a body': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx',
  'the length of no body': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n',
  'a transfer coding': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
  'an upgrade': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
  'a field named by Connection': 'GET /stream HTTP/1.1\r\nHost: a\r\nConnection: keep-alive, x-a\r\n\r\n',
  'an expectation': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\n\r\n',
  'a second request': 'GET /stream HTTP/1.1\r\nHost: a\r\n\r\nGET /stream HTTP/1.1\r\nHost: a\r\n\r\n',
  'early bytes': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\nx',
  'a line end after the head': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n\r\n',
  'a folded field': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nAccept: a\r\n b\r\n\r\n',
  'a space before the colon': 'GET /stream?topic=a HTTP/1.1\r\nHost : a\r\n\r\n',
  'a space before a name': 'GET /stream?topic=a HTTP/1.1\r\n Host: a\r\n\r\n',
  'a tab in a value': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nAccept: a\tb\r\n\r\n',
  'a bare line feed': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\nAccept: a\r\n\r\n',
  'a bare carriage return': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\rAccept: a\r\n\r\n',
  'a NUL': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\0b\r\n\r\n',
  'bytes beyond ASCII': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nAccept: \xe9\r\n\r\n',
  'bytes beyond ASCII in the target': 'GET /stream?topic=\xe9 HTTP/1.1\r\nHost: a\r\n\r\n',
  'a fragment': 'GET /stream?topic=a#b HTTP/1.1\r\nHost: a\r\n\r\n',
  'two spaces': 'GET  /stream?topic=a HTTP/1.1\r\nHost: a\r\n\r\n',
  'two hosts': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nHOST: a\r\n\r\n',
  'two last event ids': 'GET /stream HTTP/1.1\r\nHost: a\r\nLast-Event-ID: a\r\nlast-event-id: b\r\n\r\n',
  'a name that is the prototype': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n__proto__: a\r\n\r\n',
  'an empty name': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\n: a\r\n\r\n',
  'a line without a colon': 'GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nAccept\r\n\r\n',
  'a huge head': `GET /stream?topic=a HTTP/1.1\r\nHost: a\r\nCookie: ${'x'.repeat(8192)}\r\n\r\n`,
  'a hundred and one fields': `GET /stream HTTP/1.1\r\nHost: a\r\n${Array.from({ length: 100 }, (_, i) => `x-${i}: 1\r\n`).join('')}\r\n`,
};

for (const [title, text] of Object.entries(refused)) {
  test(`${title} is left to node:http`, () => assert.equal(read(text), undefined));
}

/** A connection in memory: it gives the bytes once, and then stays silent. */
class Connection extends Duplex {
  constructor(bytes: Buffer) {
    super({ read() {}, write: (_chunk, _encoding, done) => done() });
    this.push(bytes);
  }
}

interface Seen {
  readonly requests: {
    readonly method: string | undefined;
    readonly target: string | undefined;
    readonly headers: IncomingHttpHeaders;
  }[];
  isRefused: boolean;
}

/** Has a server of node:http read bytes, and says what it saw. */
async function readByNode(server: Server, bytes: Buffer): Promise<Seen> {
  const seen: Seen = { requests: [], isRefused: false };
  const connection = new Connection(bytes);
  const onRequest: Parameters<Server['on']>[1] = (req) => {
    seen.requests.push({ method: req.method, target: req.url, headers: req.headers });
  };
  const onError = () => {
    seen.isRefused = true;
  };
  server.on('request', onRequest).on('clientError', onError);
  server.emit('connection', connection);
  // A turn for the bytes to flow and a turn for what follows from them.
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
  server.off('request', onRequest).off('clientError', onError);
  connection.destroy();
  return seen;
}

const CASES = 100_000;

test(`of ${CASES} generated heads, none is accepted that node:http reads otherwise`, {
  timeout: 120_000,
}, async () => {
  // The limits of node:http that have nothing to do with how a head reads.
  const server = createServer({ keepAliveTimeout: 0, headersTimeout: 0, requestTimeout: 0 });
  let accepted = 0;
  await fc.assert(
    fc.asyncProperty(fc.oneof(hostileHead, mutatedHead), async (text) => {
      const bytes = Buffer.from(text, 'latin1');
      const head = readRequestHead(bytes, PATH);
      // What is refused goes to node:http anyway: there is nothing to compare.
      if (head === undefined) return;
      accepted++;
      const seen = await readByNode(server, bytes);
      assert.equal(seen.isRefused, false);
      assert.equal(seen.requests.length, 1);
      const [request] = seen.requests;
      assert.equal(request!.method, 'GET');
      assert.equal(request!.target, head.target);
      assert.deepEqual({ ...request!.headers }, head.headers);
    }),
    { numRuns: CASES },
  );
  assert.ok(accepted > CASES / 10, `only ${accepted} heads were accepted: the generator is no test`);
});
