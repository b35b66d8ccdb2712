// Whole scenarios from the command line, small. A hub that loses, repeats or mixes up is found, so a pass means something.

import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type CliResult, runCli, startCli } from '../support/child-process.ts';
import { markProcesses } from '../support/marked-processes.ts';

const LIMIT_MS = 120_000;

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-test-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

async function prove(t: TestContext, ...args: string[]): Promise<CliResult> {
  const mark = markProcesses();
  const run = startCli(t, ['prove', ...args], { nodeArgs: mark.nodeArgs });
  const result = await run.ended(LIMIT_MS);
  await mark.gone();
  return result;
}

const scenario = (faults: string, more = '') => `name: small
summary: a small one
hub: { heartbeat: 500ms }
streams: { count: 40, topics: 4, ramp: 500ms, silence-timeout: 3s }
traffic: { rate: 40/s }
duration: 6s
settle: 20s
faults: ${faults}
${more}`;

test('a hub that is killed and started again has lost nothing, and nothing is left behind', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'small.yaml'), scenario('[{ fault: kill, at: 2s, restart: 200ms }]'));
  const [output, report] = [join(path, 'out.ndjson'), join(path, 'out.html')];
  const { code, stdout, stderr } = await prove(
    t,
    join(path, 'small.yaml'),
    ...['--output', output, '--report', report],
  );
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /Verdict: pass/);
  assert.match(stdout, /violations 0/);
  const records = (await readFile(output, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const kinds = new Set(records.map(({ kind }) => kind));
  assert.deepEqual([...kinds].sort(), ['fault', 'run', 'sample', 'summary']);
  const fault = records.find(({ kind }) => kind === 'fault');
  assert.ok(fault.name === 'kill' && fault.untilMs > fault.atMs);
  assert.match(await readFile(report, 'utf8'), /What faults cost/);
});

test('faults on connections: streams come back and miss nothing', async (t) => {
  const path = await folder(t);
  const faults = `
  - { fault: latency, at: 500ms, for: 4s, latency: 50ms, jitter: 40ms }
  - { fault: reset, at: 1s, for: 50ms, direction: up, probability: 50% }
  - { fault: blackhole, at: 2s, for: 300ms, probability: 30% }
  - { fault: truncate, at: 3s, for: 300ms, probability: 30% }`;
  await writeFile(join(path, 'small.yaml'), scenario(faults));
  const { code, stdout, stderr } = await prove(t, join(path, 'small.yaml'));
  assert.equal(code, 0, stdout + stderr);
  assert.match(stdout, /4 of 4/);
});

/** A server that streams what is published, as badly as it is told: it keeps no history, or says an event twice. */
async function badServer(t: TestContext, badness: 'forgets' | 'repeats' | 'swaps'): Promise<string> {
  const streams = new Map<string, Set<(data: string) => void>>();
  let count = 0;
  let kept: string | undefined;
  const server: Server = createServer((request, response) => {
    const topic = new URL(request.url!, 'http://x').pathname.split('/').at(-1)!;
    const listeners = streams.get(topic) ?? new Set();
    streams.set(topic, listeners);
    if (request.method === 'GET') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(': hello\n\n');
      const send = (data: string) => response.write(`id: ${++count}\ndata: ${data}\n\n`);
      const timer = setInterval(() => response.write(': beat\n\n'), 300);
      listeners.add(send);
      response.on('close', () => {
        clearInterval(timer);
        listeners.delete(send);
      });
      return;
    }
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      const all = badness === 'swaps' && kept !== undefined ? [body, kept] : [body];
      const held = badness === 'swaps' && kept === undefined;
      kept = held ? body : undefined;
      for (const data of held ? [] : all) for (const send of listeners) send(data);
      if (badness === 'repeats' && count % 7 === 0) for (const send of listeners) send(body);
      response.end('ok');
    });
  });
  server.listen(0, '127.0.0.1');
  t.after(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise((resolve) => server.once('listening', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

for (const [badness, found] of [
  ['forgets', /lost: \d+/],
  ['repeats', /repeated: \d+/],
  ['swaps', /out of order: \d+/],
] as const) {
  test(`a server that ${badness} fails, and the verdict says how`, async (t) => {
    const path = await folder(t);
    const text = scenario('[{ fault: reset, at: 2s, for: 100ms, probability: 60% }]')
      .replace('topics: 4', 'topics: 1')
      .replace('settle: 20s', 'settle: 1s');
    await writeFile(join(path, 'small.yaml'), text);
    const url = await badServer(t, badness);
    const { code, stdout } = await prove(
      t,
      ...[join(path, 'small.yaml'), '--target', `${url}/sub/{topic}`, '--topic-name', 'a'],
      ...['--publish-template', JSON.stringify({ url: `${url}/pub/{topic}`, body: '{payload}' })],
    );
    assert.equal(code, 1, stdout);
    assert.match(stdout, /Verdict: fail/);
    assert.match(stdout, found);
  });
}

test('mistakes are one line, with exit code 2', async (t) => {
  const path = await folder(t);
  await writeFile(join(path, 'bad.yaml'), scenario('[{ fault: latncy, at: 1s }]'));
  const bad = await runCli(t, ['prove', join(path, 'bad.yaml')]);
  assert.equal(bad.code, 2);
  assert.match(bad.stderr, /bad\.yaml:8:\d+ There is no fault "latncy"\. Did you mean `latency`\?/);
  const unknown = await runCli(t, ['prove', 'hub-kil']);
  assert.deepEqual([unknown.code, /Did you mean `hub-kill`/.test(unknown.stderr)], [2, true]);
  assert.equal((await runCli(t, ['prove'])).code, 2);
  const listed = await runCli(t, ['prove', '--list']);
  assert.match(listed.stdout, /^jitter /m);
  const shown = await runCli(t, ['prove', '--show', 'jitter']);
  assert.match(shown.stdout, /^name: jitter\n/);
});
