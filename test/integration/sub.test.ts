// `holdfast sub` as it is used: in pipes, on a terminal, through restarts of the hub.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runCli, startCli, startServe } from '../support/child-process.ts';
import { post, startHub } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { terminal } from '../support/require.ts';
import { waitFor, within } from '../support/wait-for.ts';

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));

/** Starts it on an open hub and waits for its stream. */
async function startSub(t: TestContext, ...args: string[]) {
  const { hub, url } = await startHub(t);
  const before = hub.stats().opened;
  const sub = startCli(t, ['sub', ...args, '--url', url]);
  await waitFor('the stream', () => hub.stats().opened > before);
  return { hub, url, sub };
}

const linesOf = (text: string) => text.split('\n').filter((line) => line !== '');

test('in a pipe, each event is one line of JSON', async (t) => {
  const { hub, sub } = await startSub(t, 'orders/*', 'stock');
  const ids = await hub.publish([
    { topic: 'orders/42', type: 'paid', data: { sum: 1 } },
    { topic: 'stock', data: 'two\nlines' },
    { topic: 'other', data: 'not asked for' },
  ]);
  await waitFor('two lines', () => linesOf(sub.stdout).length === 2);
  assert.deepEqual(
    linesOf(sub.stdout).map((line) => JSON.parse(line)),
    [
      { id: ids[0], type: 'paid', data: '{"sum":1}' },
      { id: ids[1], type: 'message', data: 'two\nlines' },
    ],
  );
  assert.equal(sub.stderr, '');
});

test('--until stops after so many events, and says where to go on; --last-event-id goes on there', async (t) => {
  const { hub, url } = await startHub(t);
  const ids = await hub.publish([1, 2, 3, 4].map((data) => ({ topic: 'a', data })));
  const base = ['sub', 'a', '--url', url, '--format', 'data'];
  const first = await runCli(t, [...base, '--from', 'earliest', '--until', '2']);
  assert.deepEqual({ code: first.code, stdout: first.stdout }, { code: 0, stdout: '1\n2\n' });
  assert.equal(first.stderr, `holdfast: Complete up to ${ids[1]}; --last-event-id goes on from there.\n`);
  const second = await runCli(t, [...base, '--last-event-id', ids[1]!, '--until', '2']);
  assert.deepEqual({ code: second.code, stdout: second.stdout }, { code: 0, stdout: '3\n4\n' });
});

test('--json makes values of data that is JSON', async (t) => {
  const { hub, url } = await startHub(t);
  await hub.publish({ topic: 'a', data: { n: 1 } });
  const args = ['sub', 'a', '--from', 'earliest', '--until', '1', '--json', '--url', url];
  const { stdout } = await runCli(t, args);
  assert.deepEqual(JSON.parse(stdout).data, { n: 1 });
});

test('a topic that ends, ends it; with fewer events than --until asks for, that is exit code 1', async (t) => {
  const { hub, url } = await startHub(t);
  await hub.publish({ topic: 'a', data: '1' });
  const base = ['sub', 'a', '--from', 'earliest', '--format', 'data', '--url', url];
  const all = startCli(t, base);
  const two = startCli(t, [...base, '--until', '2']);
  await waitFor('the events', () => all.stdout === '1\n' && two.stdout === '1\n');
  await hub.end('a');
  const done = await all.ended();
  assert.deepEqual({ code: done.code, stdout: done.stdout }, { code: 0, stdout: '1\n' });
  assert.match(done.stderr, /The topic a has ended/);
  const short = await two.ended();
  assert.equal(short.code, 1);
  assert.match(short.stderr, /1 events came, and 2 were asked for/);
});

test('it survives a restart of the hub, and misses nothing that the log on disk keeps', async (t) => {
  const folder = await logFolder(t);
  const log = ['--log', 'lmdb', '--log-folder', folder];
  const first = await startServe(t, log);
  const sub = startCli(t, ['sub', 'a', '--format', 'data', '--from', 'earliest', '--url', first.url]);
  await post(first.url, { topic: 'a', data: '1' });
  await waitFor('the first event', () => sub.stdout === '1\n');
  first.hub.child.kill('SIGKILL');
  await first.hub.ended();
  const second = await startServe(t, [...log, '--listen', new URL(first.url).host]);
  await post(second.url, { topic: 'a', data: '2' });
  await waitFor('the second event', () => sub.stdout === '1\n2\n');
  sub.child.kill('SIGINT');
  const { code, stderr } = await sub.ended();
  assert.equal(code, 0);
  assert.match(
    stderr,
    /; trying again\.\nholdfast: Back; goes on after \S+-1\.\nholdfast: Complete up to \S+-2;/,
  );
});

test('missing events are told, and are exit code 1', async (t) => {
  const { hub, url } = await startHub(t, { maxLogEvents: 2 });
  const ids = await hub.publish([1, 2, 3, 4, 5].map((data) => ({ topic: 'a', data })));
  const args = ['sub', 'a', '--last-event-id', ids[0]!, '--until', '2', '--format', 'data', '--url', url];
  const { code, stdout, stderr } = await runCli(t, args);
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '4\n5\n' });
  assert.match(stderr, /Events are missing between \S+-1 and \S+-3: the log no longer has them\./);
});

test('a reader that goes away ends it well', async (t) => {
  const { hub, url } = await startHub(t);
  const child = spawn('bash', [
    '-c',
    `"$0" "$1" sub a --format data --url "$2" | head -n 2; exit "\${PIPESTATUS[0]}"`,
    process.execPath,
    bin,
    url,
  ]);
  t.after(() => child.kill('SIGKILL'));
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
  });
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  const exit = once(child, 'exit');
  await waitFor('the stream', () => hub.stats().streams === 1);
  let isOver = false;
  exit.then(() => {
    isOver = true;
  });
  await waitFor('the end', async () => {
    await hub.publish({ topic: 'a', data: 'x' });
    return isOver;
  });
  assert.deepEqual(await exit, [0, null]);
  assert.deepEqual({ stdout, stderr }, { stdout: 'x\nx\n', stderr: '' });
});

test('a hub that is not there is exit code 3, and with --wait it is waited for', async (t) => {
  const gone = createServer().listen(0, '127.0.0.1');
  await once(gone, 'listening');
  const { port } = gone.address() as AddressInfo;
  await new Promise((resolve) => gone.close(resolve));
  const url = `http://127.0.0.1:${port}`;
  const refused = await runCli(t, ['sub', 'a', '--url', url]);
  assert.equal(refused.code, 3);
  assert.match(
    refused.stderr,
    /^holdfast: No stream from \S+: nothing listens there\. Start a hub with [^\n]*\n$/,
  );
  const waiting = startCli(t, ['sub', 'a', '--wait', '--format', 'data', '--url', url]);
  await waitFor('the first attempt', () => waiting.stderr.includes('nothing listens there; trying again'));
  await startServe(t, ['--listen', `127.0.0.1:${port}`]);
  await waitFor('the event', async () => {
    await post(url, { topic: 'a', data: 'x' });
    return waiting.stdout.startsWith('x\n');
  });
});

test('what the hub refuses, and what is no hub, is exit code 3 with the reason', async (t) => {
  const { url } = await startHub(t, { authorize: () => ({ status: 401, detail: 'The token is unknown' }) });
  const refused = await runCli(t, ['sub', 'a', '--url', url]);
  assert.equal(refused.code, 3);
  assert.match(refused.stderr, /refuses with 401: The token is unknown\. Give credentials with --header\./);
  const page = createServer((_, res) => res.setHeader('content-type', 'text/html').end('<h1>Hi</h1>'));
  page.listen(0, '127.0.0.1');
  await once(page, 'listening');
  t.after(() => page.close());
  const other = await runCli(t, ['sub', `http://127.0.0.1:${(page.address() as AddressInfo).port}/stream`]);
  assert.equal(other.code, 3);
  assert.match(other.stderr, /The answer is of type text\/html, not text\/event-stream\./);
});

test('what the command line cannot mean is exit code 2', async (t) => {
  const cases: [string[], RegExp][] = [
    [['sub'], /'topic'\. Run `holdfast sub --help`/],
    [['sub', 'a', '--until', '0'], /--until cannot be "0"/],
    [['sub', 'a', '--from', 'latest'], /--from cannot be "latest"/],
    [['sub', 'a', '--json', '--format', 'data'], /--json is for --format ndjson/],
    [['sub', 'http://a.example/s', 'b'], /URL of a stream stands alone/],
    [['sub', 'a', '--last-event-id', 'a\nb'], /--last-event-id holds a line end/],
  ];
  for (const [args, line] of cases) {
    const { code, stderr } = await runCli(t, args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, line);
  }
});

test('on a terminal, events are for people: with time and colour, and none with NO_COLOR', async (t) => {
  const script = terminal(t);
  if (script === undefined) return;
  const { hub, url } = await startHub(t);
  await hub.publish({ topic: 'a', type: 'paid', data: 'on a\u001b[31m terminal' });
  const command = `${process.execPath} ${bin} sub a --from earliest --until 1 --url ${url}`;
  const run = async (env: Readonly<Record<string, string | undefined>>) => {
    const child = spawn(script, ['-qec', command, '/dev/null'], {
      env: {
        ...process.env,
        TERM: 'xterm-256color',
        NO_COLOR: undefined,
        FORCE_COLOR: undefined,
        CI: undefined,
        ...env,
      },
    });
    t.after(() => child.kill('SIGKILL'));
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    const [code] = await within('its end', once(child, 'exit'));
    assert.equal(code, 0);
    return output;
  };
  const coloured = await run({});
  assert.match(
    coloured,
    /\u001b\[2m\d\d:\d\d:\d\d\.\d{3} {2}\S+-1\u001b\[22m {2}\u001b\[36mpaid\u001b\[39m {2}on a␛\[31m/,
  );
  const plain = await run({ NO_COLOR: '1' });
  assert.match(plain, /^\d\d:\d\d:\d\d\.\d{3} {2}\S+-1 {2}paid {2}on a␛\[31m terminal\r\n/);
  assert.doesNotMatch(plain, /\u001b/);
});
