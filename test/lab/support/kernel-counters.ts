// What the kernel says of the TCP of one namespace, read through a process in it.

import { readFileSync } from 'node:fs';

/** Resets that this side sent, and the two kinds of close that it makes into a reset. */
export const resetCounters = ['OutRsts', 'TCPAbortOnClose', 'TCPAbortOnData'] as const;
export type ResetCounts = Readonly<Record<(typeof resetCounters)[number], number>>;

export function readResetCounts(pid: number): ResetCounts {
  const counters = readCounters(pid);
  const count = (name: string): number => {
    const found = counters.get(name);
    if (found === undefined) throw new Error(`The kernel does not count ${name}`);
    return found;
  };
  return {
    OutRsts: count('OutRsts'),
    TCPAbortOnClose: count('TCPAbortOnClose'),
    TCPAbortOnData: count('TCPAbortOnData'),
  };
}

/** Segments that this side sent again. */
export function readRetransmits(pid: number): number {
  return table(pid, 'snmp', 'Tcp').get('RetransSegs')!;
}

/** All that is counted of TCP, by the kernel's names. */
export function readCounters(pid: number): Map<string, number> {
  return new Map([...table(pid, 'snmp', 'Tcp'), ...table(pid, 'netstat', 'TcpExt')]);
}

export function sinceThen(then: ResetCounts, now: ResetCounts): ResetCounts {
  return {
    OutRsts: now.OutRsts - then.OutRsts,
    TCPAbortOnClose: now.TCPAbortOnClose - then.TCPAbortOnClose,
    TCPAbortOnData: now.TCPAbortOnData - then.TCPAbortOnData,
  };
}

/** The line of TCP: `inuse` counts sockets of the namespace, `mem` pages of the whole machine. */
export function readSockstat(pid: number): string {
  return /^TCP: .*$/m.exec(readFileSync(`/proc/${pid}/net/sockstat`, 'latin1'))![0];
}

// Two lines each: names, then numbers in the same order.
function table(pid: number, file: 'snmp' | 'netstat', protocol: string): Map<string, number> {
  const lines = readFileSync(`/proc/${pid}/net/${file}`, 'latin1').split('\n');
  const [names, numbers] = lines
    .filter((line) => line.startsWith(`${protocol}: `))
    .map((line) => line.split(' '));
  return new Map(names!.slice(1).map((name, i) => [name, Number(numbers![i + 1])]));
}
