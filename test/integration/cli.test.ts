// The command line as users run it: real processes, real sockets.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import { type CliResult, runCli, startCli, startServe } from '../support/child-process.ts';
import { readEvents } from '../support/event-reader.ts';
import { waitFor } from '../support/wait-for.ts';

function assertFailure(result: CliResult, code: number, line: RegExp): void {
  assert.match(result.stderr, line);
  assert.match(result.stderr, /^holdfast: [^\n]+\n$/, 'a failure is one line');
  assert.equal(result.code, code);
}

async function takenPort(t: TestContext): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  t.after(() => void server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createTcpServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

test('an unknown option is refused with the nearest known one', async (t) => {
  const result = await runCli(t, ['serve', '--hartbeat', '5s']);
  assertFailure(result, 2, /Unknown option '--hartbeat'\. Did you mean --heartbeat\?/);
});

test('an unknown command is refused with the nearest known one', async (t) => {
  assertFailure(await runCli(t, ['serv']), 2, /Unknown command 'serv'\. Did you mean serve\?/);
});

test('a value that is no duration is refused with the option and an example', async (t) => {
  const result = await runCli(t, ['serve', '--heartbeat', 'often']);
  assertFailure(result, 2, /Option --heartbeat is not usable: Expected a duration such as .*, got "often"\./);
});

test('no command, no topic and no data are refused with where to read on', async (t) => {
  assertFailure(await runCli(t, []), 2, /No command is given\. Run `holdfast --help`/);
  assertFailure(await runCli(t, ['pub']), 2, /'topic'\. Run `holdfast pub --help`/);
  assertFailure(await runCli(t, ['pub', 'a']), 2, /No data is given\. Write `holdfast pub TOPIC DATA`/);
});

test('a log engine that does not exist is refused, with those that do', async (t) => {
  const result = await runCli(t, ['serve', '--log', 'sqlite']);
  assertFailure(result, 2, /Option --log cannot be "sqlite"\. Use lmdb, memory\./);
});

test('help goes to stdout and lists every option with its default', async (t) => {
  const { code, stdout, stderr } = await runCli(t, ['serve', '--help']);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  assert.match(stdout, /--heartbeat <duration> +\S.*\(default: 15s\)/);
});

test('an older Node.js is told so in one line', async (t) => {
  const older = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.20.2' } })`;
  const nodeArgs = ['--import', `data:text/javascript,${encodeURIComponent(older)}`];
  const result = await runCli(t, ['--version'], { nodeArgs });
  assertFailure(result, 3, /Node\.js 20\.20\.2 is too old\. Install Node\.js 24\.19 or newer\./);
});

test('a taken port ends serve with exit code 3', async (t) => {
  const port = await takenPort(t);
  const result = await runCli(t, ['serve', '--log', 'memory', '--listen', `127.0.0.1:${port}`]);
  assertFailure(result, 3, new RegExp(`Cannot listen on 127\\.0\\.0\\.1:${port}: the port is taken\\.`));
  assert.equal(result.stdout, '');
});

test('listening beyond loopback without authorisation is refused', async (t) => {
  for (const listen of ['0.0.0.0:0', '[::]:0']) {
    assertFailure(await runCli(t, ['serve', '--listen', listen]), 3, /--insecure/);
  }
});

test('--insecure listens beyond loopback', async (t) => {
  const { url } = await startServe(t, ['--listen', '0.0.0.0:0', '--insecure']);
  assert.equal((await fetch(`${url}/healthz`)).status, 200);
});

test('serve --demo says what to try, and each line works', async (t) => {
  const { hub, url } = await startServe(t, ['--demo']);
  await waitFor('the whole text', () => hub.stdout.includes('Ctrl-C'));
  const [, page = ''] = /look +(\S+)/.exec(hub.stdout) ?? [];
  assert.match(await (await fetch(page)).text(), /<!doctype html>/i);
  const [, stream = ''] = /curl -N '(\S+)'/.exec(hub.stdout) ?? [];
  const events = await readEvents(t, stream);
  await waitFor('a counter of this machine', () => events.received.length > 0);
  const [, args = ''] = /npx node \S+ (pub .+)/.exec(hub.stdout) ?? [];
  assert.equal(args, `pub greetings 'hello, world' --url ${url}`);
});

test('pub prints the id of the event that arrives', async (t) => {
  const { url } = await startServe(t);
  const events = await readEvents(t, `${url}/stream?topic=orders/*`);
  const args = ['pub', 'orders/42', '{"state": "paid"}', '--json', '--type', 'changed', '--url', url];
  const { code, stdout, stderr } = await runCli(t, args);
  assert.deepEqual({ code, stderr }, { code: 0, stderr: '' });
  await waitFor('the event', () => events.received.length === 1);
  assert.deepEqual(events.received[0], { id: stdout.trim(), type: 'changed', data: '{"state":"paid"}' });
});

test('pub --lines publishes 10,000 lines in order, and says from which id to which', async (t) => {
  const { url } = await startServe(t);
  const events = await readEvents(t, `${url}/stream?topic=lines`);
  const lines = Array.from({ length: 10_000 }, (_, index) => `line ${index + 1}`);
  // CRLF on some lines, and none at the end: what people's files look like.
  const input = lines
    .map((line, index) => line + (index % 2 === 0 ? '\r\n' : '\n'))
    .join('')
    .slice(0, -1);
  const { code, stdout } = await runCli(t, ['pub', 'lines', '--lines', '--url', url], { input });
  assert.equal(code, 0);
  await waitFor('all events', () => events.received.length === 10_000);
  assert.deepEqual(
    events.received.map((event) => event.data),
    lines,
  );
  const ids = events.received.map((event) => event.id);
  assert.equal(stdout, `10000 events published, first ${ids[0]} .. last ${ids.at(-1)}\n`);
});

test('pub --lines sends a lone line while its input stays open', async (t) => {
  const { url } = await startServe(t);
  const events = await readEvents(t, `${url}/stream?topic=tail`);
  const pub = startCli(t, ['pub', 'tail', '--lines', '--url', url]);
  for (const line of ['one', 'two']) {
    pub.child.stdin.write(`${line}\n`);
    await waitFor(`line ${line}`, () => events.received.at(-1)?.data === line);
  }
  pub.child.stdin.end();
  assert.equal((await pub.ended()).code, 0);
});

test('pub --lines names the line that the hub refuses, and what is published', async (t) => {
  const { url } = await startServe(t, ['--max-event', '100B']);
  const input = ['a', 'b', 'x'.repeat(101), 'c'].join('\n');
  const result = await runCli(t, ['pub', 'lines', '--lines', '--url', url], { input });
  assertFailure(result, 3, /Line 3 was refused: .*100.*; the 2 lines before are published up to \S+-2\./);
});

test('pub --lines refuses a line that is not UTF-8 instead of changing it', async (t) => {
  const { url } = await startServe(t);
  const input = Buffer.from([0x61, 0x0a, 0xff, 0x0a]);
  const result = await runCli(t, ['pub', 'lines', '--lines', '--url', url], { input });
  assertFailure(result, 3, /Line 2 is not valid UTF-8; the line before is published as \S+-1\./);
});

test('pub says why the hub refuses an event', async (t) => {
  const { url } = await startServe(t);
  assertFailure(await runCli(t, ['pub', 'a//b', 'x', '--url', url]), 3, /a\/\/b/);
});

test('pub to a hub that is not there ends with exit code 3 and says what to do', async (t) => {
  const url = `http://127.0.0.1:${await freePort()}`;
  const single = await runCli(t, ['pub', 'a', 'b', '--url', url]);
  assertFailure(
    single,
    3,
    /No answer from http:\/\/127\.0\.0\.1:\d+: nothing listens there\. Start a hub with `holdfast serve`/,
  );
  // The input stays open: the failure must not wait for its end.
  const lines = startCli(t, ['pub', 'a', '--lines', '--url', url]);
  lines.child.stdin.write('one\n');
  assertFailure(await lines.ended(), 3, /nothing listens there; no line is published\./);
});

test('pub to something that is no hub says so', async (t) => {
  const server = createServer((_, response) => response.end('<html>hello</html>')).listen(0, '127.0.0.1');
  t.after(() => server.close().closeAllConnections());
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const result = await runCli(t, ['pub', 'a', 'b', '--url', url]);
  assertFailure(result, 3, /status 200, and not as a hub does\. Check that --url names a Holdfast hub\./);
});

test('SIGTERM tells an open stream that the hub drains, ends it cleanly, and exits with 0', async (t) => {
  const { hub, url } = await startServe(t);
  const events = await readEvents(t, `${url}/stream?topic=a`);
  hub.child.kill('SIGTERM');
  const { code } = await hub.ended();
  assert.equal(code, 0);
  await waitFor('the end of the stream', () => events.ended);
  assert.equal(events.error, undefined, 'a cut chunked body would be an error');
  const last = events.received.at(-1);
  assert.equal(last?.type, 'holdfast');
  const { kind, reason } = JSON.parse(last.data);
  assert.deepEqual({ kind, reason }, { kind: 'end', reason: 'drain' });
});

// A publish whose body never comes: a stop waits 2 s for it.
async function startSlowPublish(t: TestContext, url: string): Promise<void> {
  const client = connect(Number(new URL(url).port), '127.0.0.1');
  t.after(() => client.destroy());
  client.on('error', () => {});
  client.write('POST /publish HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n');
  client.write('content-length: 9\r\nexpect: 100-continue\r\n\r\n');
  await once(client, 'data');
}

test('Ctrl-C, which npm passes on a second time at once, still stops cleanly', async (t) => {
  const { hub, url } = await startServe(t, ['--demo']);
  await startSlowPublish(t, url);
  hub.child.kill('SIGINT');
  await waitFor('the stop to begin', () => hub.stderr.includes('"Stopping"'));
  hub.child.kill('SIGINT');
  assert.equal((await hub.ended()).code, 0);
});

test('a later second signal ends a stop that waits for a client, at once and by SIGKILL', async (t) => {
  const { hub, url } = await startServe(t);
  await startSlowPublish(t, url);
  // Signals sent too soon count as the first one, so they are sent until one counts.
  await waitFor('the process to end', () => {
    hub.child.kill('SIGTERM');
    return hub.child.signalCode !== null;
  });
  assert.equal(hub.child.signalCode, 'SIGKILL');
});

test('the log on stderr is JSON lines, and --log-level silent silences it', async (t) => {
  const { hub } = await startServe(t, ['--admin-listen', 'off']);
  hub.child.kill('SIGTERM');
  const { stderr } = await hub.ended();
  const lines = stderr
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  assert.deepEqual([lines[0].msg, lines.at(-1).msg], ['Listening', 'Stopped']);

  const silent = await startServe(t, ['--log-level', 'silent']);
  silent.hub.child.kill('SIGTERM');
  assert.equal((await silent.hub.ended()).stderr, '');
});

test('the admin listener serves /metrics, and a stream counts in its lane there', async (t) => {
  const { hub, url } = await startServe(t, ['--admin-listen', '127.0.0.1:0']);
  const metricsUrl = await waitFor('the log line', () => /"metricsUrl":"([^"]+)"/.exec(hub.stderr)?.[1]);
  const controller = new AbortController();
  const stream = await fetch(`${url}/stream?topic=a`, { signal: controller.signal });
  assert.equal(stream.status, 200);
  const text = await (await fetch(metricsUrl)).text();
  assert.match(text, /^sse_streams\{lane="fast"\} 1$/m);
  controller.abort();
  assert.equal((await fetch(`${url}/metrics`)).status, 404, 'never on the public listener');
});

test('an admin address that is taken ends the hub when it was asked for', async (t) => {
  const { url } = await startServe(t, ['--admin-listen', 'off']);
  const taken = new URL(url).host;
  const result = await runCli(t, [
    'serve',
    '--log',
    'memory',
    '--listen',
    '127.0.0.1:0',
    '--admin-listen',
    taken,
  ]);
  assertFailure(result, 3, /the port is taken/);
});

test('two hubs with the default admin address run beside each other', async (t) => {
  await startServe(t);
  const { hub } = await startServe(t);
  await waitFor('the warning', () => hub.stderr.includes('choose an address with --admin-listen'));
});
