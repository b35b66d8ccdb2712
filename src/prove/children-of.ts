// The processes that a process has started itself.

import { readdirSync, readFileSync } from 'node:fs';

/** Empty where there are none, and elsewhere than on Linux, which alone tells. */
export function childrenOf(pid: number): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
    );
  } catch {
    return [];
  }
}
