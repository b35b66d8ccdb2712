// Finds a process and all its descendants, by one pass over the parents in /proc/*/stat.

import { readdir, readFile } from 'node:fs/promises';
import { type ProcessStat, parseStat } from './proc-text.ts';

/** Reads under way at a time: libuv has four threads for files, and the tool needs them too. */
const READS_AT_ONCE = 4;

/** A server with more processes than this is measured by the first of them. */
const MOST_PROCESSES = 1000;

/** A missing one (another system, a process that ended) and one that may not be read are undefined. */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch {
    return undefined;
  }
}

/** The root first; empty when it is gone. */
export async function readProcessTree(rootPid: number, procFolder = '/proc'): Promise<ProcessStat[]> {
  const names = await readdir(procFolder).catch(() => []);
  // In order of pid, a parent mostly before its children: a child that ends in between is then missing for once,
  // and not counted twice, as itself and in its parent's time of children.
  const pids = names.filter((name) => /^\d+$/.test(name)).toSorted((a, b) => Number(a) - Number(b));
  const stats = await mapBounded(pids, async (pid) =>
    parseStat((await readText(`${procFolder}/${pid}/stat`)) ?? ''),
  );
  const children = Map.groupBy(
    stats.filter((stat) => stat !== undefined),
    ({ parentPid }) => parentPid,
  );
  const root = stats.find((stat) => stat?.pid === rootPid);
  const tree = root === undefined ? [] : [root];
  for (let i = 0; i < tree.length && tree.length < MOST_PROCESSES; i++) {
    tree.push(...(children.get(tree[i]!.pid) ?? []));
  }
  return tree.slice(0, MOST_PROCESSES);
}

/** Calls `read` for each item, a few at a time; the results are in the order of the items. */
export async function mapBounded<Item, Result>(
  items: readonly Item[],
  read: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results = new Array<Result>(items.length);
  let next = 0;
  const worker = async () => {
    while (next < items.length) {
      const i = next++;
      results[i] = await read(items[i]!);
    }
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker));
  return results;
}
