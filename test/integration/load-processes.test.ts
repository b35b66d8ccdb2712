// A run that takes several generator processes, since one may not open enough files: together they are one run.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { markProcesses } from '../support/marked-processes.ts';
import { readResult, resultPath } from '../support/result-lines.ts';
import { ScriptedServer } from '../support/scripted-server.ts';
import { waitFor, within } from '../support/wait-for.ts';

const bin = fileURLToPath(new URL('../../src/cli/bin.ts', import.meta.url));
/** Of which the tool keeps 200 for other things: 40 streams a process. */
const FILES = 240;
const STREAMS = 100;

/** Node.js raises the soft limit to the hard one, so both are set. */
function startLimited(t: TestContext, args: readonly string[]) {
  const child = spawn('sh', ['-c', `ulimit -n ${FILES} && exec "$@"`, 'sh', process.execPath, ...args]);
  t.after(() => void child.kill('SIGKILL'));
  const written = { stderr: '' };
  child.stdout.resume();
  child.stderr.on('data', (text: Buffer) => {
    written.stderr += text;
  });
  return { written, ended: once(child, 'close') as Promise<[code: number | null]> };
}

test('streams, ledger and counts of three processes add up to one run', async (t) => {
  const server = await ScriptedServer.start(t, {
    stream: (connection) => (connection === 70 ? { loseEvery: 4 } : {}),
  });
  const file = resultPath(t);
  const mark = markProcesses();
  const load = ['load', `${server.url}/stream`, '--streams', String(STREAMS), '--ramp', '100ms'];
  const work = ['--publish', `${server.url}/publish`, '--rate', '40/s', '--duration', '2s', '--output', file];
  const { written, ended } = startLimited(t, [...mark.nodeArgs, bin, ...load, ...work]);
  // The command, three generators and the publisher.
  await waitFor('all processes', () => mark.pids().length === 5, 30_000);
  const [code] = await within('the end of the run', ended, 60_000);
  assert.equal(code, 0, written.stderr);
  assert.match(written.stderr, /3 processes, since one holds 40 streams/);
  await mark.gone();
  const [summary] = readResult(file).summaries;
  const { streamsPeak, connectsTotal, ledger, latency } = summary!;
  const owed = STREAMS * server.log.length;
  const lost = server.count('lost');
  assert.ok(lost >= 10);
  assert.deepEqual([streamsPeak, connectsTotal, server.streams.length], [STREAMS, STREAMS, STREAMS]);
  assert.deepEqual(
    [ledger?.expected, ledger?.delivered, ledger?.lost, ledger?.exact],
    [owed, owed - lost, lost, true],
  );
  assert.equal(latency?.count, owed - lost);
});
