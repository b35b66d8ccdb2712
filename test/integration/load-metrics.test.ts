// `--metrics`: what the runtime of a real server tells goes into samples and summary, and a page that is not there
// costs one note.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { loadServer } from '../support/scripted-load.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { within } from '../support/wait-for.ts';

const leakingServer = fileURLToPath(new URL('../support/leaking-server.ts', import.meta.url));

async function startServer(t: TestContext): Promise<{ url: string }> {
  const server = spawn(process.execPath, [leakingServer], { stdio: ['pipe', 'pipe', 'inherit'] });
  t.after(() => void server.kill('SIGKILL'));
  const [line] = (await within('the server to listen', once(server.stdout, 'data'))) as [Buffer];
  return { url: line.toString().trim() };
}

describe('metrics of the server', { concurrency: 2 }, () => {
  test('are in samples and summary', async (t) => {
    const server = await startServer(t);
    const { summary, samples, notes } = await loadServer(t, server, { metricsUrl: `${server.url}/metrics` });
    assert.deepEqual(notes, []);
    const { heapUsedBytes, gcUs, loopDelayP99Us, fullCollections } = summary.runtime!;
    assert.ok(heapUsedBytes! > 3e6 && heapUsedBytes! < 200e6, `${heapUsedBytes} bytes`);
    assert.ok(gcUs! >= 0 && loopDelayP99Us! > 0 && fullCollections! >= 0);
    assert.equal(Math.max(...samples.map(({ runtime }) => runtime!.heapUsedBytes!)), heapUsedBytes);
    assert.equal(summary.ledger?.lost, 0);
  });

  test('that are not there are said once, and the run goes on', async (t) => {
    const server = await ScriptedServer.start(t);
    const metricsUrl = 'http://me:hidden@127.0.0.1:9/metrics?token=hidden&format=text';
    const { run, summary, samples, notes } = await loadServer(t, server, { metricsUrl });
    // A busy machine may add a note of its own.
    const ofMetrics = notes.filter((note) => note.includes('metrics'));
    assert.equal(ofMetrics.length, 1);
    assert.match(ofMetrics[0]!, /^The metrics page cannot be read: .*ECONNREFUSED.*; the run goes on/);
    assert.equal(run.options.metricsUrl, 'http://redacted@127.0.0.1:9/metrics?token=redacted&format=text');
    assert.doesNotMatch(JSON.stringify([run, notes]), /hidden/);
    assert.ok(samples.length > 0 && samples.every(({ runtime }) => runtime === undefined));
    assert.equal(summary.runtime, undefined);
    assert.equal(summary.ledger?.lost, 0);
  });
});
