// `holdfast load` against https: URLs, and what it says when the URL and the server do not agree about TLS.

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { runCli } from '../support/child-process.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { readResult, resultPath } from '../support/result-lines.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { startTls, trustedEnv } from '../support/tls-terminator.ts';

async function start(t: TestContext) {
  const server = await ScriptedServer.start(t);
  return { server, tls: await startTls(t, server.port) };
}

async function assertRefused(t: TestContext, url: string, line: RegExp, env = {}) {
  const { code, stderr } = await runCli(t, ['load', url, '--streams', '2'], { env });
  assert.match(stderr, line);
  assert.match(stderr, /^holdfast: [^\n]+\n$/, 'a failure is one line');
  assert.equal(code, 3);
}

describe('load over TLS', { concurrency: 3 }, () => {
  test('opens streams, publishes, and has the ledger of all events', async (t) => {
    const { server, tls } = await start(t);
    const file = resultPath(t);
    const mark = markProcesses();
    const url = `https://localhost:${tls.port}`;
    const size = ['--streams', '20', '--ramp', '50ms', '--duration', '500ms', '--settle', '2s'];
    const args = [
      'load',
      `${url}/stream`,
      ...size,
      '--publish',
      `${url}/publish`,
      '--rate',
      '80/s',
      '--output',
      file,
    ];
    const { code, stderr } = await runCli(t, args, { ...mark, env: trustedEnv });
    assert.equal(code, 0, stderr);
    const [summary] = readResult(file).summaries;
    assert.equal(summary?.ledger?.lost, 0);
    assert.equal(summary?.ledger?.delivered, server.log.length * 20);
    assert.ok(server.log.length > 0);
    assert.deepEqual(summary?.ends, {});
    await mark.gone();
  });

  test('says which certificate it does not trust, and how to', async (t) => {
    const { tls } = await start(t);
    await assertRefused(
      t,
      `https://localhost:${tls.port}/stream`,
      /its certificate is not trusted \(DEPTH_ZERO_SELF_SIGNED_CERT\)\. .*NODE_EXTRA_CA_CERTS=FILE/,
    );
  });

  test('says that a server speaks TLS or not when the URL has it wrong', async (t) => {
    const { tls } = await start(t);
    const plain = createServer().listen(0, '127.0.0.1');
    await once(plain, 'listening');
    t.after(() => void plain.close());
    const { port } = plain.address() as AddressInfo;
    const check = /Check the URL, and whether it is http or https/;
    await assertRefused(t, `https://localhost:${port}/stream`, check);
    await assertRefused(t, `http://localhost:${tls.port}/stream`, check);
  });
});
