// A memory cgroup for a fault, in whichever version of cgroups the machine has. Of v1 memory has a hierarchy of its own;
// in v2 there is one for all, and memory must be handed down by the parent.

import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { faultFailed, type Undo } from './system-fault.ts';

const ROOT = '/sys/fs/cgroup';
const REMOVE_TRIES = 100;
const REMOVE_WAIT_MS = 50;

interface Files {
  readonly root: string;
  readonly limit: string;
  /** Counts the processes that were killed since the group had no memory left. */
  readonly events: string;
}

const versions: Readonly<Record<'v1' | 'v2', Files>> = {
  v1: { root: join(ROOT, 'memory'), limit: 'memory.limit_in_bytes', events: 'memory.oom_control' },
  v2: { root: ROOT, limit: 'memory.max', events: 'memory.events' },
};

/** Which version has the memory controller; undefined where none has. */
function memoryCgroupVersion(): 'v1' | 'v2' | undefined {
  if (existsSync(join(versions.v1.root, versions.v1.limit))) return 'v1';
  try {
    const controllers = readFileSync(join(ROOT, 'cgroup.controllers'), 'utf8');
    return controllers.split(/\s/).includes('memory') ? 'v2' : undefined;
  } catch {
    return undefined;
  }
}

export function needsMemoryCgroup(): string | undefined {
  return memoryCgroupVersion() === undefined ? 'there is no memory cgroup' : undefined;
}

export class MemoryCgroup {
  readonly #folder: string;
  readonly #files: Files;
  /** Where a process was before, to go back to. */
  readonly #before = new Map<number, string>();

  private constructor(folder: string, files: Files) {
    this.#folder = folder;
    this.#files = files;
  }

  /** @throws HoldfastError ERR_FAULT_FAILED. */
  static make(limitBytes: number): MemoryCgroup {
    const version = memoryCgroupVersion()!;
    const files = versions[version];
    const folder = join(files.root, `holdfast-chaos-${randomBytes(4).toString('hex')}`);
    try {
      if (version === 'v2') writeFileSync(join(ROOT, 'cgroup.subtree_control'), '+memory');
      mkdirSync(folder);
      const group = new MemoryCgroup(folder, files);
      writeFileSync(join(folder, files.limit), String(limitBytes));
      if (version === 'v2' && existsSync(join(folder, 'memory.swap.max')))
        writeFileSync(join(folder, 'memory.swap.max'), '0');
      return group;
    } catch (cause) {
      throw faultFailed('A cgroup cannot be made', cause);
    }
  }

  /** @throws HoldfastError ERR_FAULT_FAILED. */
  add(pid: number): void {
    try {
      this.#before.set(pid, memoryGroupOf(readFileSync(`/proc/${pid}/cgroup`, 'utf8')));
      this.#write(this.#folder, pid);
    } catch (cause) {
      throw faultFailed(`Process ${pid} cannot be put into a cgroup`, cause);
    }
  }

  /** The processes that the kernel has killed in it; undefined where an old kernel does not count them. */
  get oomKills(): number | undefined {
    const count = /^oom_kill (\d+)$/m.exec(readFileSync(join(this.#folder, this.#files.events), 'utf8'))?.[1];
    return count === undefined ? undefined : Number(count);
  }

  /** Lets the processes go back, and removes the group. */
  readonly undo: Undo = async () => {
    for (const [pid, group] of this.#before) {
      try {
        this.#write(join(this.#files.root, group), pid);
      } catch {
        // It has ended.
      }
    }
    for (let tries = 1; ; tries++) {
      try {
        rmdirSync(this.#folder);
        return;
      } catch (cause) {
        // A process that was killed leaves the group only when the kernel has buried it.
        if (tries === REMOVE_TRIES) throw faultFailed(`${this.#folder} cannot be removed`, cause);
        await delay(REMOVE_WAIT_MS);
      }
    }
  };

  #write(folder: string, pid: number): void {
    writeFileSync(join(folder, 'cgroup.procs'), String(pid));
  }
}

/** The path of a process's memory group in the text of /proc/PID/cgroup. */
export function memoryGroupOf(text: string): string {
  const own = /^\d+:(?:\w+,)*memory(?:,\w+)*:(.*)$/m.exec(text)?.[1];
  return own ?? /^0::(.*)$/m.exec(text)?.[1] ?? '/';
}
