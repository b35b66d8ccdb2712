// `holdfast soak`: going on after a crash, and the verdict by trend. A soak needs minutes for a verdict, so those here
// go on with files that hold all but the last second of one.

import assert from 'node:assert/strict';
import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { describe, type TestContext, test } from 'node:test';
import type { TrendSeries } from '../../src/load/soak/trend.ts';
import { runCli, startCli } from '../support/child-process.ts';
import { markProcesses } from '../support/marked-processes.ts';
import { readResult, resultPath } from '../support/result-lines.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { privateMemory } from '../support/soak-series.ts';
import { waitFor } from '../support/wait-for.ts';

function soakArgs(url: string, file: string, more: readonly string[], to = '--output'): string[] {
  const load = [
    '--streams',
    '20',
    '--ramp',
    '50ms',
    '--settle',
    '500ms',
    '--rate',
    '80/s',
    '--churn',
    'none',
  ];
  return ['soak', `${url}/stream`, ...load, '--publish', `${url}/publish`, to, file, ...more];
}

/** The file of a soak of ten minutes that was cut off a second before its end. */
function writeSoak(file: string, url: string, series: readonly TrendSeries[]): void {
  const run = { kind: 'run', tool: 'soak', run: 'abc123', url: `${url}/stream`, options: {}, machine: {} };
  const samples = series.map(({ atMs, streamsUp, values }) => ({
    ...{
      kind: 'sample',
      atMs,
      streamsUp,
      streamsWanted: 10_000,
      connects: 0,
      reconnects: 500,
      published: 10,
    },
    ...{ publishErrors: 0, delivered: 100_000, receivedBytes: 1e7, heartbeats: 0, ends: { own: 500 } },
    ...{ repeatedTotal: 0, outOfOrderTotal: 0, wantedStreamSeconds: 10_000, freshStreamSeconds: 10_000 },
    generator: { cpuUs: 1000, privateBytes: 1e8, loopDelayP99Us: 100, limited: false },
    server: { cpuUs: 1000, privateBytes: values.privateBytes, fileBytes: 0, openFiles: 10_000, processes: 1 },
  }));
  writeFileSync(file, [run, ...samples].map((record) => `${JSON.stringify(record)}\n`).join(''));
}

async function concludeSoak(t: TestContext, leakBytesPerS: number, more: readonly string[] = []) {
  const { url } = await ScriptedServer.start(t);
  const file = resultPath(t);
  const plan = { health: 'noise', seed: 1, durationS: 599, everyS: 5, leakBytesPerS } as const;
  writeSoak(
    file,
    url,
    privateMemory(plan)
      .slice(0, -1)
      .concat(privateMemory({ ...plan, everyS: 599 })),
  );
  const { code, stdout } = await runCli(t, soakArgs(url, file, ['--duration', '10m', ...more], '--resume'));
  const { runs, summaries } = readResult(file);
  assert.equal(runs.length, 1);
  const [summary] = summaries;
  const trend = summary?.trends?.find(({ quantity }) => quantity === 'privateBytes');
  return { code, stdout, summary: summary!, trend: trend! };
}

describe('soak', { concurrency: 3 }, () => {
  test('calls 1 KiB kept of each of 100 reconnects a second a leak, and ends with 1', async (t) => {
    const { code, stdout, summary, trend } = await concludeSoak(t, 100 * 1024);
    assert.equal(trend.outcome, 'leak');
    assert.equal(summary.verdict?.outcome, 'fail');
    assert.match(stdout, /leak: private memory grows by/);
    assert.equal(code, 1);
  });

  test('does not accuse the same server without the leak', async (t) => {
    const { code, summary, trend } = await concludeSoak(t, 0, ['--slo', 'availability>=90%']);
    assert.equal(code, 0);
    assert.equal(summary.verdict?.outcome, 'pass');
    assert.equal(trend.outcome, 'no leak');
    assert.match(trend.because, /^no leak: growth below .* MiB\/day at 95 %/);
    const files = summary.trends?.find(({ quantity }) => quantity === 'openFiles');
    assert.equal(files?.outcome, 'no leak');
    // One second alone proves no share.
    const available = summary.verdict?.checks.find(({ objective }) => objective === 'availability>=90%');
    assert.equal(available?.outcome, 'pass', available?.because);
    // The counts of the whole run, not of its last second.
    assert.ok(summary.durationMs > 599_000);
    assert.ok(summary.deliveredTotal >= 100_000 * 100);
    assert.ok(summary.ends.own! >= 500 * 100);
    assert.equal(summary.streamsPeak, 10_000);
  });

  test('goes on with a run that was killed in the middle of a line', async (t) => {
    const server = await ScriptedServer.start(t, { honoursLastEventId: true });
    const file = resultPath(t);
    const mark = markProcesses();
    // The server is in this process.
    const args = ['--duration', '10m', '--pid', String(process.pid)];
    const killed = startCli(t, soakArgs(server.url, file, args), mark);
    await waitFor('a sample', () => readResult(file).samples.length >= 1);
    killed.child.kill('SIGKILL');
    await mark.gone();
    const before = readFileSync(file, 'utf8');
    const whole = readResult(file).samples;
    // The next sample, as far as it came. It may well end with a brace.
    writeFileSync(file, `${before}${before.split('\n')[1]!.slice(0, -1)}`);
    truncateSync(file, before.length + before.split('\n')[1]!.indexOf('}') + 1);

    const resumed = startCli(t, soakArgs(server.url, file, args, '--resume'), mark);
    await waitFor('more samples', () => lines(file) >= 2 + whole.length + 1);
    resumed.child.kill('SIGINT');
    const { code } = await resumed.ended();
    const { runs, samples, summaries } = readResult(file);
    assert.equal(runs.length, 1);
    assert.deepEqual(samples.slice(0, whole.length), whole);
    for (const [i, { atMs }] of samples.slice(1).entries()) assert.ok(atMs > samples[i]!.atMs);
    const sum = (of: 'published' | 'delivered' | 'connects') =>
      samples.reduce((total, sample) => total + sample[of], 0);
    const [summary] = summaries;
    assert.equal(summary?.interrupted, true);
    assert.equal(summary?.publishedTotal, sum('published'));
    assert.equal(summary?.deliveredTotal, sum('delivered'));
    assert.equal(summary?.connectsTotal, sum('connects'));
    assert.equal(summary?.latency?.count, summary?.deliveredTotal);
    assert.equal(summary?.ledger?.exact, false, 'nobody knows what the first part lost');
    const trends = new Map(summary?.trends?.map(({ quantity, outcome }) => [quantity, outcome]));
    assert.equal(trends.get('privateBytes'), 'not enough data');
    assert.deepEqual([...new Set(trends.values())], ['not enough data']);
    assert.equal(summary?.verdict?.outcome, 'not proven');
    assert.equal(code, 1);
    await mark.gone();
  });

  test('refuses to go on with what is no run, another run, or one that is over', async (t) => {
    const { url } = await ScriptedServer.start(t);
    const file = resultPath(t);
    const refused = async (args: readonly string[], line: RegExp, code: number) => {
      const result = await runCli(t, args);
      assert.match(result.stderr, line);
      assert.match(result.stderr, /^holdfast: [^\n]+\n$/);
      assert.equal(result.code, code);
    };
    await refused(
      [...soakArgs(url, file, []), '--resume', 'other'],
      /--resume and --output name two files/,
      2,
    );
    await refused(['soak', `${url}/stream`, '--duration', '59s'], /Option --duration cannot be "59s"/, 2);
    const resume = soakArgs(url, file, ['--duration', '1m'], '--resume');
    await refused(resume, /holds no run to go on with/, 3);
    const series = [{ atMs: 60_000, streamsUp: 20, reconnects: 0, values: {} }];
    writeSoak(file, 'http://other', series);
    await refused(resume, /is a run of http:\/\/other\/stream/, 2);
    writeSoak(file, url, series);
    await refused(resume, /The run in .* is over/, 2);
  });
});

function lines(file: string): number {
  return readFileSync(file, 'utf8').split('\n').length - 1;
}
