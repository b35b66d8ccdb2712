// `holdfast pub --follow`: a growing file becomes events, each line once, through whatever happens to file and hub.

import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CliProcess, runCli, startCli, startServe } from '../support/child-process.ts';
import { readEvents } from '../support/event-reader.ts';
import { startHub } from '../support/hub-server.ts';
import { logFolder } from '../support/log-folder.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { waitFor } from '../support/wait-for.ts';

function setStage(t: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-follow-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'app.log');
  writeFileSync(file, '');
  return { file, state: join(folder, 'app.state') };
}

async function stop(pub: CliProcess): Promise<string> {
  pub.child.kill('SIGTERM');
  const { code, stdout, stderr } = await pub.ended();
  assert.equal(code, 0, stderr);
  return stdout;
}

test('lines arrive as they are appended, through a rotation, with type and JSON', async (t) => {
  const { file } = setStage(t);
  const { url } = await startHub(t);
  const events = await readEvents(t, `${url}/stream?topic=logs/app`);
  const pub = startCli(t, ['pub', 'logs/app', '--follow', file, '--json', '--type', 'line', '--url', url]);
  appendFileSync(file, '{"n": 1}\n');
  await waitFor('the first', () => events.received.length === 1);
  assert.deepEqual(events.received[0]!.data, '{"n":1}');
  assert.equal(events.received[0]!.type, 'line');
  renameSync(file, `${file}.1`);
  appendFileSync(`${file}.1`, '{"n": 2}\n');
  appendFileSync(file, '{"n": 3}\n');
  await waitFor('the rest', () => events.received.length === 3);
  assert.deepEqual(
    events.received.map(({ data }) => JSON.parse(data).n),
    [1, 2, 3],
  );
  assert.equal(await stop(pub), '3 events published\n');
});

test('with --state it goes on where it was; what was taken before the place was kept is no duplicate', async (t) => {
  const { file, state } = setStage(t);
  const { url } = await startHub(t);
  const events = await readEvents(t, `${url}/stream?topic=a`);
  const args = ['pub', 'a', '--follow', file, '--state', state, '--url', url];
  appendFileSync(file, '1\n');
  const first = startCli(t, args);
  await waitFor('the place', () => readIf(state)?.includes('"offset":2'));
  const early = readFileSync(state);
  appendFileSync(file, '2\n3\n');
  await waitFor('the place', () => readIf(state)?.includes('"offset":6'));
  first.child.kill('SIGKILL');
  await first.ended();
  // As if it had died between the answer of the hub and keeping the place.
  writeFileSync(state, early);
  const second = startCli(t, args);
  appendFileSync(file, '4\n');
  await waitFor('the fourth', () => events.received.some(({ data }) => data === '4'));
  assert.deepEqual(
    events.received.map(({ data }) => data),
    ['1', '2', '3', '4'],
  );
  assert.equal(await stop(second), '3 events published\n');
});

test('it goes on when the hub is killed and comes back: nothing is lost', async (t) => {
  const { file } = setStage(t);
  const log = ['--log', 'lmdb', '--log-folder', await logFolder(t)];
  const first = await startServe(t, log);
  const pub = startCli(t, ['pub', 'a', '--follow', file, '--url', first.url]);
  let written = 0;
  const write = () => appendFileSync(file, `${++written}\n`);
  const clock = setInterval(write, 5);
  t.after(() => clearInterval(clock));
  await waitFor('some lines', () => written > 50);
  first.hub.child.kill('SIGKILL');
  await first.hub.ended();
  await waitFor('the outage to be told', () => pub.stderr.includes('trying again'));
  const second = await startServe(t, [...log, '--listen', new URL(first.url).host]);
  const events = await readEvents(t, `${second.url}/stream?topic=a&from=earliest`);
  await waitFor('more lines', () => written > 150);
  clearInterval(clock);
  await waitFor('the last line', () => events.received.at(-1)?.data === String(written), 20_000);
  assert.deepEqual(
    events.received.map(({ data }) => data),
    Array.from({ length: written }, (_, i) => String(i + 1)),
  );
  await stop(pub);
});

test('an answer that is lost is asked for again, with the same keys', async (t) => {
  const { file } = setStage(t);
  const server = await ScriptedServer.start(t, {
    publish: (request) => ({ status: (['reset', 503, 200] as const)[request] ?? 200 }),
  });
  appendFileSync(file, 'one\n');
  const pub = startCli(t, ['pub', 'a', '--follow', file, '--url', server.url]);
  await waitFor('three attempts', () => server.publishes.length === 3);
  const bodies = new Set(server.publishes.map(({ body }) => body));
  assert.equal(bodies.size, 1);
  assert.match([...bodies][0]!, /"key":"[\w-]{12}-0-[\w-]{16}"/);
  pub.child.kill('SIGKILL');
});

test('a line that cannot be published is left out and told, and the others arrive', async (t) => {
  const { file } = setStage(t);
  const { url } = await startHub(t, { maxEventBytes: 100 });
  const events = await readEvents(t, `${url}/stream?topic=a`);
  const pub = startCli(t, ['pub', 'a', '--follow', file, '--url', url]);
  appendFileSync(file, Buffer.concat([Buffer.from(`1\n${'x'.repeat(101)}\n2\n`), Buffer.of(0xff, 0x0a)]));
  appendFileSync(file, '3\n');
  await waitFor('the third', () => events.received.length === 3);
  pub.child.kill('SIGTERM');
  const { code, stdout, stderr } = await pub.ended();
  assert.deepEqual({ code, stdout }, { code: 1, stdout: '3 events published\n' });
  assert.match(stderr, /The line at byte 2 was refused: .*101 bytes.*; it is left out\.\n/);
  assert.match(stderr, /The line at byte 106 is not valid UTF-8; it is left out\.\n/);
});

test('a signal ends it also while the hub is away; the place stays where it was', async (t) => {
  const { file, state } = setStage(t);
  appendFileSync(file, '1\n');
  const { hub, url } = await startServe(t);
  hub.child.kill('SIGTERM');
  await hub.ended();
  const args = ['pub', 'a', '--follow', file, '--state', state, '--url', url];
  const pub = startCli(t, args);
  await waitFor('the outage to be told', () => pub.stderr.includes('nothing listens there; trying again'));
  assert.equal(await stop(pub), '0 events published\n');
  assert.equal(readIf(state), undefined);
});

test('what concerns every line ends it with exit code 3', async (t) => {
  const { file, state } = setStage(t);
  appendFileSync(file, '1\n');
  const { hub, url } = await startHub(t);
  await hub.end('a');
  const ended = await runCli(t, ['pub', 'a', '--follow', file, '--url', url]);
  assert.equal(ended.code, 3);
  assert.match(ended.stderr, /The topic "a" ended at/);
  writeFileSync(state, 'no state');
  const bad = await runCli(t, ['pub', 'b', '--follow', file, '--state', state, '--url', url]);
  assert.equal(bad.code, 3);
  assert.match(bad.stderr, /holds no place in a file\. Give --state another file/);
  const folder = await runCli(t, ['pub', 'b', '--follow', tmpdir(), '--url', url]);
  assert.equal(folder.code, 3);
  assert.match(folder.stderr, /cannot be followed: it is no file/);
});

test('what the command line cannot mean is exit code 2', async (t) => {
  const { file } = setStage(t);
  const cases: [string[], RegExp][] = [
    [['pub', 'a', 'b', '--follow', file], /more than one way/],
    [['pub', 'a', '--lines', '--follow', file], /more than one way/],
    [['pub', 'a', '--follow', file, '--key', 'k'], /One --key cannot/],
    [['pub', 'a', '--follow', file, '--state', file], /--state names the file that is followed/],
    [['pub', 'a', 'b', '--state', 's'], /--state is for --follow/],
    [['pub', 'a', '--follow', file, '--from', 'middle'], /--from cannot be "middle"/],
  ];
  for (const [args, line] of cases) {
    const { code, stderr } = await runCli(t, args);
    assert.equal(code, 2, args.join(' '));
    assert.match(stderr, line);
  }
});

function readIf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
