// A real OOM kill: the process is put into a small cgroup together with one that takes all its memory. The kernel kills
// whoever it holds most dispensable, and is told that this is the process that is meant.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { integer } from '../../base/options.ts';
import { MemoryCgroup, needsMemoryCgroup } from './cgroup.ts';
import { firstReason, needsLinux, needsProcess, needsRoot, needsTool, pidOption } from './needs.ts';
import { faultFailed, nothingToUndo, systemFaultKind } from './system-fault.ts';

const LIMIT_MS = 30_000;
const POLL_MS = 20;
/**
 * Waits for a line, since it has to be in the group before it takes anything; then keeps a line that never ends. It is no
 * Node.js: the kernel goes by all the memory that a process has, and this one has to have less than the other.
 */
const HOG = 'echo ready; read -r _; exec tail /dev/zero';

export const oomKill = systemFaultKind({
  kind: 'oom-kill',
  summary: 'the kernel kills a process since its cgroup is out of memory',
  options: { ...pidOption, limitBytes: integer(33_554_432, 1_048_576) },
  required: ['pid'],
  needs: () => firstReason(needsLinux(), needsRoot(), needsMemoryCgroup(), needsTool('tail')),
  unavailable: ({ pid }) =>
    firstReason(needsLinux(), needsRoot(), needsMemoryCgroup(), needsTool('tail'), needsProcess(pid)),
  async make({ pid, limitBytes }) {
    const group = MemoryCgroup.make(limitBytes);
    const hog = spawn('sh', ['-c', HOG], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      await once(hog.stdout, 'data', { signal: AbortSignal.timeout(LIMIT_MS) });
      group.add(pid);
      writeFileSync(`/proc/${pid}/oom_score_adj`, '1000');
      group.add(hog.pid!);
      hog.stdin.write('go\n');
      await untilDead(pid);
      if (group.oomKills === 0) throw new Error('it ended, and not by the kernel');
    } catch (cause) {
      throw faultFailed(`Process ${pid} was not killed for memory`, cause);
    } finally {
      await end(hog);
      await group.undo();
    }
    return nothingToUndo;
  },
});

async function end(hog: ChildProcess): Promise<void> {
  if (hog.exitCode !== null || hog.signalCode !== null) return;
  const exited = once(hog, 'exit');
  hog.kill('SIGKILL');
  await exited;
}

async function untilDead(pid: number): Promise<void> {
  const untilMs = performance.now() + LIMIT_MS;
  while (isAlive(pid)) {
    if (performance.now() > untilMs) throw new Error(`it still lives after ${LIMIT_MS} ms`);
    await delay(POLL_MS);
  }
}

/** A zombie, whose parent has not looked yet, is dead. */
function isAlive(pid: number): boolean {
  try {
    return !/^\d+ \(.*\) [ZX]/s.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));
  } catch {
    return false;
  }
}
