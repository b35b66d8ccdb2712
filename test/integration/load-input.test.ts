// What `holdfast load` refuses: one line that names the mistake, exit code 2 or 3, and no process left behind.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { runCli } from '../support/child-process.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { readResult, resultPath } from '../support/result-lines.ts';
import { ScriptedServer } from '../support/scripted-server.ts';

async function assertRefused(t: TestContext, args: readonly string[], code: 2 | 3, line: RegExp) {
  const mark = markProcesses();
  const result = await runCli(t, args, mark);
  assert.match(result.stderr, line);
  assert.match(result.stderr, /^holdfast: [^\n]+\n$/, 'a failure is one line');
  assert.equal(result.stdout, '');
  assert.equal(result.code, code);
  await mark.gone();
}

const URL = 'http://127.0.0.1:9/stream';

/** What is wrong on the command line itself: seen before anything is asked of the server. */
const mistakes: readonly (readonly [what: string, args: readonly string[], line: RegExp])[] = [
  ['a URL of another kind', ['ftp://127.0.0.1/stream'], /The URL cannot be "ftp:.*Write it as http:/],
  ['a text that is no URL', ['127.0.0.1:80'], /The URL cannot be "127\.0\.0\.1:80"/],
  ['a topic in the place of a port', ['http://127.0.0.1:{topic}/'], /The URL cannot be "http:.*topic\}/],
  ['a duration without unit', [URL, '--duration', '5'], /Option --duration .*"5"/],
  ['no streams', [URL, '--streams', '0'], /Option --streams cannot be "0"/],
  ['a rate without time', [URL, '--rate', '100'], /Option --rate cannot be "100"/],
  ['a rate of nothing', [URL, '--rate', '0/s'], /Option --rate cannot be "0\/s"/],
  ['a ramp that is neither', [URL, '--ramp', 'fast'], /Option --ramp cannot be "fast"/],
  ['an unknown objective', [URL, '--slo', 'delivery>=99%,speed<=1s'], /--slo.*speed/],
  ['a header without colon', [URL, '--header', 'Bearer'], /Option --header cannot be "Bearer"/],
  ['a header that HTTP cannot send', [URL, '--header', 'X-Snow: \u2603'], /Option --header cannot be/],
  ['an address that is none', [URL, '--source', '300.0.0.1'], /Option --source cannot be "300\.0\.0\.1"/],
  ['a process that is no number', [URL, '--pid', 'self'], /Option --pid cannot be "self"/],
  [
    'a process that does not run',
    [URL, '--pid', '999999999'],
    /Option --pid cannot be "999999999".*runs here/,
  ],
  ['more than all streams slow', [URL, '--slow', '101%'], /Option --slow cannot be "101%"/],
  ['a slow rate without time', [URL, '--slow-rate', '1KiB'], /Option --slow-rate cannot be "1KiB"/],
  ['a churn that is no rate', [URL, '--churn', 'often'], /Option --churn cannot be "often"/],
  ['another way to be cut off', [URL, '--churn-by', 'axe'], /Option --churn-by cannot be "axe"/],
  ['a name that would break JSON', [URL, '--topic-name', 'a"b'], /Option --topic-name cannot be/],
  ['metrics of a file', [URL, '--metrics', 'file:///a'], /--metrics cannot be "file:/],
  ['publishing to no URL', [URL, '--publish', 'a'], /--publish cannot be "a"/],
  ['a template that is no JSON', [URL, '--publish-template', '{'], /publish template is not JSON/],
  [
    'a template file that is not there',
    [URL, '--publish-template', '@/no/such'],
    /\/no\/such cannot be read/,
  ],
  [
    'a template with a header that HTTP cannot send',
    [URL, '--publish-template', '{"url": "http://a/", "headers": {"a b": "c"}}'],
    /publish template has `headers`/,
  ],
  [
    'both forms of publishing',
    [URL, '--publish', 'http://a/', '--publish-template', '{}'],
    /Both --publish and --publish-template/,
  ],
];

describe('load refuses', { concurrency: 3 }, () => {
  for (const [what, args, line] of mistakes) {
    test(what, (t) => assertRefused(t, ['load', ...args], 2, line));
  }

  test('a server that is not there', async (t) => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const line = new RegExp(
      `No answer from 127\\.0\\.0\\.1:${port}: nothing listens there\\. Start the server`,
    );
    await assertRefused(t, ['load', `http://127.0.0.1:${port}/`], 3, line);
  });

  test('a place to publish to that is not there, before it opens a stream', async (t) => {
    const server = await ScriptedServer.start(t);
    const gone = createServer().listen(0, '127.0.0.1');
    await once(gone, 'listening');
    const { port } = gone.address() as AddressInfo;
    gone.close();
    await once(gone, 'close');
    const url = `http://127.0.0.1:${port}/publish`;
    const line = new RegExp(
      `Nothing can be published to 127\\.0\\.0\\.1:${port}: nothing listens there\\. Start`,
    );
    await assertRefused(t, ['load', `${server.url}/stream`, '--publish', url], 3, line);
    assert.equal(server.streams.length, 0);
    const template = JSON.stringify({ url: `http://127.0.0.1:${port}/{topic}` });
    await assertRefused(t, ['load', `${server.url}/stream`, '--publish-template', template], 3, line);
  });

  test('an answer that is no event stream, with its status and type', async (t) => {
    const answers: Record<string, readonly [number, Record<string, string>]> = {
      '/404': [404, { 'content-type': 'application/problem+json' }],
      '/html': [200, { 'content-type': 'text/html; charset=utf-8' }],
      '/gzip': [200, { 'content-type': 'text/event-stream', 'content-encoding': 'gzip' }],
    };
    const server = createServer((request, response) => {
      response.writeHead(...answers[request.url!]!).end('<p>Hello');
    }).listen(0, '127.0.0.1');
    t.after(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    await assertRefused(
      t,
      ['load', `${url}/404`],
      3,
      /\/404 answered with status 404 and application\/problem/,
    );
    await assertRefused(t, ['load', `${url}/html`], 3, /\/html answered with status 200 and text\/html/);
    await assertRefused(
      t,
      ['load', `${url}/gzip`],
      3,
      /status 200 and text\/event-stream, content-encoding gzip/,
    );
  });

  test('an answer that is no event stream, in the words of its server and with what helps', async (t) => {
    const server = createServer(({ url }, response) => {
      if (url === '/problem') {
        response.writeHead(400, { 'content-type': 'application/problem+json' });
        response.end('{"detail": "Give at least one \u001b[31mtopic\n"}');
      } else if (url === '/moved') response.writeHead(302, { location: '/stream' }).end();
      else if (url === '/secret') response.writeHead(401).end();
      // Begins to say why, and never comes to an end.
      else response.writeHead(503).write('full '.repeat(10));
    }).listen(0, '127.0.0.1');
    t.after(() => server.closeAllConnections());
    t.after(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const refused = (path: string, line: RegExp) => assertRefused(t, ['load', url + path], 3, line);
    await refused('/problem', /status 400 and application\/problem\+json: .*Give at least one \[31mtopic/);
    await refused(
      '/moved',
      /status 302 .*Redirects are not followed: give the URL that it leads to, "?\/stream/,
    );
    await refused('/secret', /status 401 .*Give what it asks for with --header/);
    await refused('/full', /status 503 and no content type: "full full/);
  });

  test('what answers with no HTTP, and what closes without an answer', async (t) => {
    const listen = async (take: (socket: Socket) => void) => {
      const server = createTcpServer(take).listen(0, '127.0.0.1');
      t.after(() => void server.close());
      await once(server, 'listening');
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    };
    const ssh = await listen((socket) => socket.end('SSH-2.0-OpenSSH\r\n'));
    await assertRefused(t, ['load', ssh], 3, /it does not answer with HTTP\. Check the URL, and whether/);
    const closing = await listen((socket) => socket.destroy());
    await assertRefused(
      t,
      ['load', closing],
      3,
      /it closed the connection without an answer\. Check the URL/,
    );
  });

  test('a server that accepts and says nothing, after the time for a connection', async (t) => {
    const server = createServer(() => {}).listen(0, '127.0.0.1');
    t.after(() => server.closeAllConnections());
    t.after(() => void server.close());
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    await assertRefused(
      t,
      ['load', url, '--connect-timeout', '200ms'],
      3,
      /No answer from .*: it did not answer in time/,
    );
  });

  test('more streams than the given addresses have ports, and says how many it takes', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const args = ['load', `${url}/stream`, '--streams', '90000', '--source', '127.0.0.2'];
    await assertRefused(
      t,
      args,
      3,
      /90000 streams need \d+ source addresses of \d+ ports each\. Give --source/,
    );
  });

  test('an address of another machine', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const args = ['load', `${url}/stream`, '--source', '127.0.0.2,192.0.2.1'];
    await assertRefused(t, args, 3, /No stream can come from 192\.0\.2\.1: it is no address of this machine/);
  });

  test('a file that cannot be written, before it opens a stream', async (t) => {
    const server = await ScriptedServer.start(t);
    const args = ['load', `${server.url}/stream`, '--output', '/no/such/folder/run.ndjson'];
    await assertRefused(t, args, 3, /\/no\/such\/folder\/run\.ndjson cannot be written: ENOENT/);
    assert.equal(server.streams.length, 0);
  });

  test('a disk that is full, and ends what it had started', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const args = ['load', `${url}/stream`, '--output', '/dev/full'];
    await assertRefused(t, args, 3, /\/dev\/full cannot be written: ENOSPC/);
  });

  test('without touching an earlier result', async (t) => {
    const file = resultPath(t);
    writeFileSync(file, '{"kind":"run","run":"earlier"}\n');
    await assertRefused(t, ['load', 'http://127.0.0.1:9/', '--output', file], 3, /No answer from/);
    assert.equal(readResult(file).runs[0]?.run, 'earlier');
  });
});
