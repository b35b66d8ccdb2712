// A crowd of streams in a process of its own, as its test sees it.

import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { AskedProcess, type ProcessPlace } from './asked-process.ts';
import type { CrowdAsks, GroupPlan, GroupTally } from './crowd-process.ts';
import type { Leaving } from './crowd-stream.ts';
import { waitFor } from './wait-for.ts';

const file = new URL('./crowd-process.ts', import.meta.url);

export class Crowd {
  readonly #process: AskedProcess<CrowdAsks>;

  constructor(t: TestContext, place?: ProcessPlace) {
    this.#process = new AskedProcess<CrowdAsks>(t, file, place);
  }

  /** Opens the streams of a group; resolves when each has its first bytes. */
  open(plan: GroupPlan): Promise<void> {
    return this.#process.ask('open', plan);
  }

  /** Has all streams of these groups leave in one tick. */
  leave(how: Leaving, ...groups: string[]): Promise<void> {
    return this.#process.ask('leave', groups, how);
  }

  tally(group: string): Promise<GroupTally> {
    return this.#process.ask('tally', group);
  }

  /** Waits until every stream of the group has had the event with this number, and all before it in order. */
  async reaches(group: string, number: number, limitMs = 30_000): Promise<GroupTally> {
    const tally = await waitFor(
      `event ${number} at every stream of ${group}`,
      async () => {
        const now = await this.tally(group);
        return now.faults.length > 0 || now.last.least >= number ? now : undefined;
      },
      limitMs,
    );
    assert.deepEqual(tally.faults, [], group);
    return tally;
  }

  /** Waits until every stream of the group has ended, and says how. */
  async ended(group: string, limitMs = 30_000): Promise<GroupTally> {
    return waitFor(
      `the end of every stream of ${group}`,
      async () => {
        const now = await this.tally(group);
        const { clean, reset, cut, left } = now.endings;
        return clean + reset + cut + left === now.streams ? now : undefined;
      },
      limitMs,
    );
  }
}
