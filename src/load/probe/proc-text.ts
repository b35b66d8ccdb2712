// Reads the texts of Linux' /proc about a process and its sockets. Pure: no file is opened here. What a text does
// not say is undefined, never 0.

/** USER_HZ: times in /proc are in hundredths of a second on every architecture that Node runs on. */
const TICK_US = 10_000;

export interface ProcessStat {
  readonly pid: number;
  readonly parentPid: number;
  /** User and system time, with that of children that ended and were waited for. */
  readonly cpuUs: number;
  /** Since boot: tells a process from a later one that was given the same pid. */
  readonly startTicks: number;
}

/** `/proc/PID/stat`; fields by proc_pid_stat(5). */
export function parseStat(text: string): ProcessStat | undefined {
  // The name in parentheses may hold spaces and parentheses of its own.
  const nameEnd = text.lastIndexOf(')');
  const fields = text
    .slice(nameEnd + 2)
    .split(' ')
    .map(Number);
  // fields[0] is field 3, the state: ppid is 4, utime 14, stime 15, cutime 16, cstime 17, starttime 22.
  const [parentPid, user, system, childUser, childSystem, startTicks] = [1, 11, 12, 13, 14, 19].map(
    (i) => fields[i],
  );
  const pid = Number.parseInt(text, 10);
  const ticks = user! + system! + childUser! + childSystem!;
  if (nameEnd < 0 || !Number.isFinite(pid + parentPid! + ticks + startTicks!)) return undefined;
  return { pid, parentPid: parentPid!, cpuUs: ticks * TICK_US, startTicks: startTicks! };
}

export interface ProcessMemory {
  readonly privateBytes: number;
  readonly fileBytes: number;
}

/**
 * `/proc/PID/smaps_rollup`: shared pages count in parts (Pss), so the sum over a tree counts each page once. Pages of
 * files are kept apart: one scan of a mapped log adds hundreds of MB that cost nothing.
 */
export function parseSmapsRollup(text: string): ProcessMemory | undefined {
  const pss = kibibytes(text, 'Pss');
  const file = kibibytes(text, 'Pss_File');
  return pss === undefined || file === undefined ? undefined : { privateBytes: pss - file, fileBytes: file };
}

/** `/proc/PID/status`, which everybody may read; pages shared after a fork count in each process. */
export function parseStatusMemory(text: string): ProcessMemory | undefined {
  const anonymous = kibibytes(text, 'RssAnon');
  const file = kibibytes(text, 'RssFile');
  return anonymous === undefined || file === undefined
    ? undefined
    : { privateBytes: anonymous, fileBytes: file };
}

function kibibytes(text: string, name: string): number | undefined {
  const amount = new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(text)?.[1];
  return amount === undefined ? undefined : Number(amount) * 1024;
}

export interface SocketStat {
  readonly inUse: number;
  readonly orphan: number;
  readonly timeWait: number;
  /** The kernel counts these for the whole machine, not for one network namespace. */
  readonly memoryPages: number;
}

/** `/proc/net/sockstat`: its line `TCP: inuse 1 orphan 0 tw 1 alloc 1 mem 200`. */
export function parseSockstat(text: string): SocketStat | undefined {
  const found = /^TCP: inuse (\d+) orphan (\d+) tw (\d+) alloc \d+ mem (\d+)$/m.exec(text);
  if (found === null) return undefined;
  const [inUse, orphan, timeWait, memoryPages] = found.slice(1).map(Number);
  return { inUse: inUse!, orphan: orphan!, timeWait: timeWait!, memoryPages: memoryPages! };
}

/** `/proc/self/auxv` of a 64-bit little-endian process: the page size is entry 6 (AT_PAGESZ of elf.h). */
export function parsePageBytes(auxv: Buffer): number | undefined {
  for (let at = 0; at + 16 <= auxv.length; at += 16) {
    if (auxv.readBigUInt64LE(at) === 6n) return Number(auxv.readBigUInt64LE(at + 8));
  }
  return undefined;
}
