import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { waitFor, within } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import { memoryGroupOf, needsMemoryCgroup } from './cgroup.ts';
import { clockStep, clockStepUnavailable, environmentForClock } from './clock-step.ts';
import { diskFull, mountSmallDisk, smallDiskUnavailable } from './disk-full.ts';
import { heapExhaustion } from './heap-exhaustion.ts';
import { kill } from './kill.ts';
import { memoryLimit } from './memory-limit.ts';
import { firstReason, needsLinux, needsRoot } from './needs.ts';
import { oomKill } from './oom-kill.ts';
import { pause } from './pause.ts';
import { makeSystemFault } from './system-fault.ts';

/** A Node.js process that says `up`, and then what the script says. */
async function startNode(t: TestContext, script: string, env = {}, nodeArgs: string[] = []) {
  const child = spawn(process.execPath, [...nodeArgs, '-e', `process.stdout.write('up\\n'); ${script}`], {
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, ...env },
  });
  t.after(() => child.kill('SIGKILL'));
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await waitFor('the process', () => text.startsWith('up\n'));
  return { child, pid: child.pid!, text: () => text };
}

const ended = async (child: ChildProcess) => {
  if (child.exitCode === null && child.signalCode === null) await within('its end', once(child, 'exit'));
  return child.signalCode ?? child.exitCode;
};

const IDLE = 'setInterval(() => {}, 1000);';
const COUNT = 'let n = 0; setInterval(() => console.log(++n), 5);';

function skip(t: TestContext, reason: string | undefined): boolean {
  if (reason !== undefined) t.skip(reason);
  return reason !== undefined;
}

async function folder(t: TestContext): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'));
  t.after(() => rm(path, { recursive: true, force: true }));
  return path;
}

test('kill ends a process with SIGKILL', async (t) => {
  const { child, pid } = await startNode(t, IDLE);
  await makeSystemFault(kill, { pid });
  assert.equal(await ended(child), 'SIGKILL');
});

test('pause lets a process stand still until it is undone', async (t) => {
  const { pid, text } = await startNode(t, COUNT);
  const undo = await makeSystemFault(pause, { pid });
  await waitFor('it to stand still', async () =>
    /^State:\s+T/m.test(await readFile(`/proc/${pid}/status`, 'utf8').catch(() => 'State: T')),
  );
  const before = text();
  await undo();
  await waitFor('it to go on', () => text().length > before.length);
  await undo();
});

test('heap-exhaustion aborts a Node.js process', async (t) => {
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as { port: number };
  await new Promise((resolve) => holder.close(resolve));
  const { child, pid } = await startNode(t, IDLE, {}, ['--max-old-space-size=64', `--inspect-port=${port}`]);
  await makeSystemFault(heapExhaustion, { pid, inspectPort: port });
  assert.equal(await ended(child), 'SIGABRT');
});

test('memory-limit lets a process take so much more, and not more', async (t) => {
  if (skip(t, firstReason(needsLinux(), needsRoot(), needsMemoryCgroup()))) return;
  const script =
    'const kept = []; process.on("SIGUSR2", () => setInterval(() => kept.push(Buffer.alloc(1e6, 1)), 1));';
  const { child, pid } = await startNode(t, script + IDLE);
  const undo = await makeSystemFault(memoryLimit, { pid, limitBytes: 33_554_432 });
  child.kill('SIGUSR2');
  assert.equal(await ended(child), 'SIGKILL');
  await undo();
});

test('memory-limit can be undone while the process lives', async (t) => {
  if (skip(t, firstReason(needsLinux(), needsRoot(), needsMemoryCgroup()))) return;
  const { pid } = await startNode(t, IDLE);
  const before = await readFile(`/proc/${pid}/cgroup`, 'utf8');
  const undo = await makeSystemFault(memoryLimit, { pid });
  assert.notEqual(memoryGroupOf(await readFile(`/proc/${pid}/cgroup`, 'utf8')), memoryGroupOf(before));
  await undo();
  assert.equal(await readFile(`/proc/${pid}/cgroup`, 'utf8'), before);
});

test('oom-kill has the kernel kill a process, and leaves no group', async (t) => {
  if (skip(t, firstReason(needsLinux(), needsRoot(), needsMemoryCgroup()))) return;
  const { child, pid } = await startNode(t, IDLE);
  await makeSystemFault(oomKill, { pid });
  assert.equal(await ended(child), 'SIGKILL');
});

test('the memory group of a process is read from both versions of cgroups', () => {
  assert.equal(memoryGroupOf('4:memory:/a/b\n1:cpu:/\n0::/x\n'), '/a/b');
  assert.equal(memoryGroupOf('3:cpuset,memory:/c\n0::/x\n'), '/c');
  assert.equal(memoryGroupOf('0::/user.slice\n'), '/user.slice');
});

test('disk-full leaves no byte of a small disk, and gives it back', async (t) => {
  if (skip(t, smallDiskUnavailable())) return;
  const path = await mkdtemp(join(tmpdir(), 'holdfast-chaos-'));
  const unmount = await mountSmallDisk(path, 1_048_576);
  t.after(async () => {
    await unmount();
    await rm(path, { recursive: true, force: true });
  });
  const undo = await makeSystemFault(diskFull, { folder: path });
  await assert.rejects(writeFile(join(path, 'file'), 'x'.repeat(10)), { code: 'ENOSPC' });
  await undo();
  await writeFile(join(path, 'file'), 'x'.repeat(10));
  assert.deepEqual(await readdir(path), ['file']);
});

test('disk-full refuses a disk that may be everybody’s', async () => {
  await assert.rejects(
    makeSystemFault(diskFull, { folder: '/proc/../tmp/nowhere' }),
    withCode('ERR_FAULT_UNAVAILABLE', /no folder/),
  );
  await assert.rejects(
    makeSystemFault(diskFull, { folder: process.cwd() }),
    withCode('ERR_FAULT_UNAVAILABLE', /larger than 1GiB/),
  );
});

test('clock-step moves the wall clock of one process, and no timer', async (t) => {
  if (skip(t, clockStepUnavailable())) return;
  const file = join(await folder(t), 'clock');
  const script =
    'setInterval(() => console.log(Date.now() - performance.timeOrigin - performance.now()), 5);';
  const { text } = await startNode(t, script, environmentForClock(file));
  const stepMs = () => Number(text().trimEnd().split('\n').at(-1));
  await waitFor('the first time', () => Math.abs(stepMs()) < 1000);
  const undo = await makeSystemFault(clockStep, { file, stepMs: 7_200_000 });
  await waitFor('two hours more', () => Math.abs(stepMs() - 7_200_000) < 5000);
  await undo();
  await waitFor('the old time', () => Math.abs(stepMs()) < 5000);
  await makeSystemFault(clockStep, { file, stepMs: 3_600_000, back: 'yes' });
  await waitFor('an hour less', () => Math.abs(stepMs() + 3_600_000) < 5000);
});

test('what cannot be made says why in one line', async () => {
  await assert.rejects(makeSystemFault(kill, {}), withCode('ERR_BAD_FAULT', /needs `pid`/));
  await assert.rejects(
    makeSystemFault(kill, { pid: -1 }),
    withCode('ERR_BAD_FAULT', /`pid` to be an integer/),
  );
  await assert.rejects(
    makeSystemFault(kill, { pid: 4_194_304 }),
    withCode('ERR_FAULT_UNAVAILABLE', /there is no process 4194304/),
  );
  await assert.rejects(
    makeSystemFault(clockStep, { file: '/nowhere/clock' }),
    withCode('ERR_FAULT_UNAVAILABLE', /\S/),
  );
});
