// Asks a Node server with loop-delay.ts in it, and all its processes, how late their event loops were.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcessTree } from '../src/load/probe/process-tree.ts';
import type { Figures } from './figures.ts';

const ANSWER_TIMEOUT_MS = 5000;
const CHECK_MS = 20;

interface LoopDelay {
  /** Counts the answers of a process. */
  readonly written: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

/** Since the last call, of the process that was latest. @throws Error when one does not answer. */
export async function takeLoopDelay(pid: number, folder: string): Promise<Figures> {
  const tree = await readProcessTree(pid);
  const answers = await Promise.all(tree.map((process) => askProcess(process.pid, folder)));
  return {
    loopDelayP99Us: Math.max(...answers.map(({ p99Us }) => p99Us)),
    loopDelayMaxUs: Math.max(...answers.map(({ maxUs }) => maxUs)),
  };
}

async function askProcess(pid: number, folder: string): Promise<LoopDelay> {
  const file = join(folder, `${pid}.json`);
  const read = () => (existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as LoopDelay) : undefined);
  const before = read()?.written ?? 0;
  process.kill(pid, 'SIGUSR2');
  const giveUpMs = performance.now() + ANSWER_TIMEOUT_MS;
  while (performance.now() < giveUpMs) {
    const answer = read();
    if (answer !== undefined && answer.written > before) return answer;
    await delay(CHECK_MS);
  }
  throw new Error(`process ${pid} does not tell its loop delay`);
}
