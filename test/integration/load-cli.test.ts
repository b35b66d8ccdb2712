// `holdfast load` as people run it: its exit code, its files, and how it ends when it is told to.

import assert from 'node:assert/strict';
import { describe, type TestContext, test } from 'node:test';
import { runCli, startCli } from '../support/child-process.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { readResult, resultPath } from '../support/result-lines.ts';
import { ScriptedServer, type ServerScript } from '../support/scripted-server.ts';
import { waitFor } from '../support/wait-for.ts';

const STREAMS = 20;

function loadArgs(url: string, file: string, more: readonly string[] = []): string[] {
  const publish = ['--publish', `${url}/publish`, '--rate', '80/s'];
  const size = ['--streams', String(STREAMS), '--ramp', '50ms', '--duration', '500ms', '--settle', '500ms'];
  return ['load', `${url}/stream`, ...size, ...publish, '--output', file, ...more];
}

/** A run that would last an hour, when its streams are up and get events. */
async function startLongRun(t: TestContext, script: ServerScript, more: readonly string[] = []) {
  const server = await ScriptedServer.start(t, script);
  const file = resultPath(t);
  const mark = markProcesses();
  const args = loadArgs(server.url, file, ['--duration', '1h', ...more]);
  const cli = startCli(t, args, mark);
  await waitFor('events on all streams', () => server.openStreams === STREAMS && server.log.length > 10);
  // Itself, a generator and the publisher.
  assert.equal(mark.pids().length, 3);
  return { server, file, mark, cli };
}

describe('load', { concurrency: 3 }, () => {
  test('ends with 0 and a report when the objectives are met', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const file = resultPath(t);
    const mark = markProcesses();
    const slo = ['--slo', 'delivery>=99%,latency.p50<=10s'];
    const { code, stdout } = await runCli(t, loadArgs(url, file, slo), mark);
    assert.equal(code, 0);
    assert.match(stdout, /delivery>=99%/);
    const { runs, samples, summaries } = readResult(file);
    assert.equal(runs.length, 1);
    assert.ok(samples.length > 0);
    assert.equal(summaries[0]?.verdict?.outcome, 'pass');
    assert.equal(summaries[0]?.ledger?.lost, 0);
    assert.equal(runs[0]?.options.streams, STREAMS);
    await mark.gone();
  });

  test('ends with 1 when an objective is not met', async (t) => {
    const { url } = await ScriptedServer.start(t, { stream: () => ({ delayMs: 50 }) });
    const file = resultPath(t);
    const { code, stdout } = await runCli(t, loadArgs(url, file, ['--slo', 'firstEvent.max<=1ms']));
    assert.equal(readResult(file).summaries[0]?.verdict?.outcome, 'fail');
    assert.match(stdout, /fail/i);
    assert.equal(code, 1);
  });

  test('ends with 1 when an objective is not proven', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const file = resultPath(t);
    const { code, stdout } = await runCli(t, loadArgs(url, file, ['--slo', 'delivery>=99.99%']));
    assert.equal(readResult(file).summaries[0]?.verdict?.outcome, 'not proven');
    assert.match(stdout, /not proven/i);
    assert.equal(code, 1);
  });

  test('ends well at the first Ctrl-C: a report, a whole file that says interrupted, no process', async (t) => {
    const { server, file, mark, cli } = await startLongRun(t, {});
    // As a terminal does, to the whole group.
    for (const pid of mark.pids()) process.kill(pid, 'SIGINT');
    const { code, stdout, stderr } = await cli.ended();
    assert.equal(code, 0);
    assert.match(stderr, /Ending the run; once more ends it at once\n/);
    assert.match(stdout, /delivered/i);
    const [summary] = readResult(file).summaries;
    assert.equal(summary?.interrupted, true);
    assert.equal(summary?.publishedTotal, server.log.length);
    assert.equal(summary?.ledger?.delivered, server.log.length * STREAMS);
    assert.equal(summary?.ledger?.lost, 0);
    await mark.gone();
  });

  test('ends well when a service manager ends all its processes', async (t) => {
    const { file, mark, cli } = await startLongRun(t, {});
    for (const pid of mark.pids()) process.kill(pid, 'SIGTERM');
    const { code } = await cli.ended();
    assert.equal(code, 0);
    assert.equal(readResult(file).summaries[0]?.interrupted, true);
    await mark.gone();
  });

  test('ends without a report when it is told to before the run has begun', async (t) => {
    const server = await ScriptedServer.start(t, { probe: { answer: 'never' } });
    for (const [more, expected] of [
      [[], 0],
      // Nothing was proven.
      [['--slo', 'delivery>=99%'], 1],
    ] as const) {
      const file = resultPath(t);
      const mark = markProcesses();
      const cli = startCli(t, loadArgs(server.url, file, more), mark);
      await waitFor('its first look', () => server.connections === 1);
      cli.child.kill('SIGINT');
      const { code, stdout, stderr } = await cli.ended();
      assert.match(stderr, /once more ends it at once\nEnded before the run began\n$/);
      assert.deepEqual([code, stdout], [expected, '']);
      await mark.gone();
      await waitFor('the look to be over', () => server.connections === 0);
      server.forgetProbe();
    }
  });

  test('ends at once, and cleanly, while its processes are still starting', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const file = resultPath(t);
    const mark = markProcesses();
    // One more process than a core can start in a moment.
    const args = loadArgs(url, file, ['--streams', '150000', '--ramp', '1h']);
    const cli = startCli(t, args, mark);
    await waitFor('the first of them', () => mark.pids().length > 2);
    cli.child.kill('SIGTERM');
    const { code, stderr } = await cli.ended();
    assert.equal(code, 0);
    assert.doesNotMatch(stderr, /EPIPE|lost|at .*\.ts/);
    await mark.gone();
  });

  test('ends at once at the second Ctrl-C, though it waits for what is lost', async (t) => {
    const lossy = { stream: () => ({ loseEvery: 2 }) };
    const { mark, cli } = await startLongRun(t, lossy, ['--settle', '1h']);
    await waitFor('the end', () => {
      if (cli.child.exitCode !== null) return true;
      cli.child.kill('SIGINT');
      return false;
    });
    const { code, stdout } = await cli.ended();
    assert.equal(code, 1);
    assert.equal(stdout, '');
    await mark.gone();
  });

  test('leaves no process behind when it is killed', async (t) => {
    const { server, mark, cli } = await startLongRun(t, {});
    cli.child.kill('SIGKILL');
    await mark.gone();
    await waitFor('the streams to be gone', () => server.openStreams === 0);
  });

  test('says which process was lost when one is killed, and ends the others', async (t) => {
    const { mark, cli } = await startLongRun(t, {});
    const child = mark.pids().find((pid) => pid !== cli.child.pid)!;
    process.kill(child, 'SIGKILL');
    const { code, stderr } = await cli.ended();
    assert.match(stderr, /holdfast: A process of the load generator was lost: .*SIGKILL/);
    assert.equal(code, 3);
    await mark.gone();
  });
});
