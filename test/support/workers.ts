// The worker processes of a hub that a test has started.

import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

/** The processes that a process has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((child) => parentOf(child) === pid);
}

/** Waits until a hub has so many workers, none of them one of `gone`. */
export function workersOf(pid: number, count: number, gone: readonly number[] = []): Promise<number[]> {
  return waitFor(
    `${count} workers`,
    () => {
      const workers = childrenOf(pid);
      return workers.length === count && !workers.some((worker) => gone.includes(worker))
        ? workers
        : undefined;
    },
    30_000,
  );
}

/** Private memory of a process that is not a file's, in bytes. */
export function privateBytes(pid: number): number {
  const text = readFileSync(`/proc/${pid}/status`, 'latin1');
  return Number(/^RssAnon:\s+(\d+) kB/m.exec(text)![1]) * 1024;
}

function parentOf(pid: number): number | undefined {
  try {
    const [, state, parent] = /\) (\S) (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    // It ended meanwhile.
    return undefined;
  }
}
