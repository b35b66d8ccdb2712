import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { OwnProcess } from './own-processes.ts';

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux has /proc' };
const limit = { timeout: 30_000, ...linux };

function isRunning(pid: number): boolean {
  try {
    // A zombie that nobody waits for has ended, too.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await delay(10);
}

/** A process that starts another, writes its pid to a file, and stays. */
const parent = (file: string) => `
  const child = require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  require('node:fs').writeFileSync(${JSON.stringify(file)}, String(child.pid));
  setInterval(() => {}, 1000);`;

test('how a process ended is told with its last words', limit, async () => {
  const script = 'console.error("first"); console.error("port is in use"); process.exit(3)';
  const failed = new OwnProcess(process.execPath, ['-e', script]);
  assert.equal(await failed.ended, 'ended with code 3: port is in use');
  assert.equal(failed.code, 3);
  assert.match(await new OwnProcess('/nowhere/server', []).ended, /ENOENT/);
});

test('what it started ends with it', limit, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'own-processes-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'pid');
  const own = new OwnProcess(process.execPath, ['-e', parent(file)]);
  await until(() => existsSync(file) && readFileSync(file, 'utf8') !== '');
  const child = Number(readFileSync(file, 'utf8'));
  assert.ok(isRunning(child));
  await own.stop();
  assert.equal(own.end, 'ended by SIGTERM');
  await until(() => !isRunning(child));
});

test('a bench that fails in the middle leaves nothing behind', limit, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'own-processes-'));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, 'pid');
  const script = `
    import { existsSync } from 'node:fs';
    import { OwnProcess } from ${JSON.stringify(new URL('own-processes.ts', import.meta.url).href)};
    new OwnProcess(process.execPath, ['-e', ${JSON.stringify(parent(file))}]);
    setInterval(() => { if (existsSync(${JSON.stringify(file)})) throw new Error('a bug'); }, 10);`;
  const bench = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: 'ignore' });
  const [code] = await once(bench, 'exit');
  assert.equal(code, 1);
  const child = Number(readFileSync(file, 'utf8'));
  await until(() => !isRunning(child));
});
