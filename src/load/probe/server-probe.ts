// What a server costs: CPU time, memory and files of its whole process tree, out of /proc. A process that ends
// between two reads is no error, and where there is no /proc there is nothing to tell.

import { readdir, readFile, stat } from 'node:fs/promises';
import type { ServerFigures } from '../result.ts';
import {
  type ProcessMemory,
  type ProcessStat,
  parsePageBytes,
  parseSmapsRollup,
  parseSockstat,
  parseStatusMemory,
} from './proc-text.ts';
import { mapBounded, readProcessTree, readText } from './process-tree.ts';
import { readSocketStates, type SocketStates } from './socket-states.ts';

export interface ServerProbeOptions {
  readonly pid: number;
  /** Where the server listens: only sockets of this port are counted by state. */
  readonly port?: number | undefined;
  readonly procFolder?: string;
}

const USUAL_PAGE_BYTES = 4096;
/** Reading a table of sockets is followed by a pause of so many times what it took: at most 2 % of the time. */
const TABLE_PAUSE_FACTOR = 50;

export class ServerProbe {
  readonly #pid: number;
  readonly #port: number | undefined;
  readonly #procFolder: string;
  #startTicks: number | undefined;
  #cpuUs: number | undefined;
  #pageBytes: number | undefined;
  #tableDueMs = 0;

  constructor({ pid, port, procFolder = '/proc' }: ServerProbeOptions) {
    if (!Number.isSafeInteger(pid) || pid < 1)
      throw new RangeError(`Expected \`pid\` to be a process id, got ${pid}`);
    this.#pid = pid;
    this.#port = port;
    this.#procFolder = procFolder;
  }

  /**
   * The figures now; `cpuUs` is that since the read before, 0 at the first. Undefined once the process is gone: a
   * later one with the same pid is another.
   *
   * @param countsSockets - also when a large table was read a short while ago.
   */
  async read(countsSockets = false): Promise<ServerFigures | undefined> {
    const tree = await readProcessTree(this.#pid, this.#procFolder);
    const root = tree[0];
    if (root === undefined) return undefined;
    this.#startTicks ??= root.startTicks;
    if (root.startTicks !== this.#startTicks) return undefined;
    const costs = await mapBounded(tree, (process) => this.#readCosts(process));
    const found = costs.filter((cost) => cost.memory !== undefined);
    // The root ended while its children were being read.
    if (found.length === 0) return undefined;
    const openFiles = found.map((cost) => cost.openFiles);
    return {
      cpuUs: this.#cpuSince(tree),
      privateBytes: found.reduce((sum, { memory }) => sum + memory!.privateBytes, 0),
      fileBytes: found.reduce((sum, { memory }) => sum + memory!.fileBytes, 0),
      openFiles: openFiles.includes(undefined)
        ? undefined
        : openFiles.reduce((sum, files) => sum! + files!, 0),
      processes: found.length,
      ...(await this.#readSockets()),
      socketStates: await this.#readStates(countsSockets),
    };
  }

  // A child's time reaches its parent only when that waits for it. Until then the sum is smaller for a moment, and
  // only what exceeds the highest sum so far is new.
  #cpuSince(tree: readonly ProcessStat[]): number {
    const nowUs = tree.reduce((sum, { cpuUs }) => sum + cpuUs, 0);
    const beforeUs = this.#cpuUs ?? nowUs;
    this.#cpuUs = Math.max(nowUs, beforeUs);
    return this.#cpuUs - beforeUs;
  }

  async #readCosts({
    pid,
  }: ProcessStat): Promise<{ memory?: ProcessMemory | undefined; openFiles?: number }> {
    const folder = `${this.#procFolder}/${pid}`;
    const memory =
      parseSmapsRollup((await readText(`${folder}/smaps_rollup`)) ?? '') ??
      parseStatusMemory((await readText(`${folder}/status`)) ?? '');
    const openFiles = await countOpenFiles(`${folder}/fd`);
    return openFiles === undefined ? { memory } : { memory, openFiles };
  }

  async #readStates(isForced: boolean): Promise<SocketStates | undefined> {
    const startedMs = performance.now();
    if (this.#port === undefined || (startedMs < this.#tableDueMs && !isForced)) return undefined;
    const states = await readSocketStates(`${this.#procFolder}/${this.#pid}/net`, this.#port);
    const nowMs = performance.now();
    this.#tableDueMs = nowMs + (nowMs - startedMs) * TABLE_PAUSE_FACTOR;
    return states;
  }

  async #readSockets(): Promise<Pick<ServerFigures, 'kernelSocketBytes' | 'sockets'>> {
    const sockets = parseSockstat((await readText(`${this.#procFolder}/${this.#pid}/net/sockstat`)) ?? '');
    if (sockets === undefined) return { kernelSocketBytes: undefined };
    this.#pageBytes ??= await readPageBytes();
    const { inUse, orphan, timeWait, memoryPages } = sockets;
    return { kernelSocketBytes: memoryPages * this.#pageBytes, sockets: { inUse, orphan, timeWait } };
  }
}

/** Since Linux 6.2 the size of the folder is the number of its entries; before, it is 0 and they are counted. */
async function countOpenFiles(folder: string): Promise<number | undefined> {
  try {
    // Who may not list the folder may still stat it, but then the size says nothing on an older kernel.
    const { size } = await stat(folder);
    return size > 0 ? size : (await readdir(folder)).length;
  } catch {
    return undefined;
  }
}

async function readPageBytes(): Promise<number> {
  const auxv = await readFile('/proc/self/auxv').catch(() => Buffer.alloc(0));
  return parsePageBytes(auxv) ?? USUAL_PAGE_BYTES;
}
