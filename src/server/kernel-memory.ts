// What the kernel may hold for clients that do not read. It takes up to the third number of `tcp_wmem` for each
// connection before it pushes back, and no program can set that for one socket of Node.js; so it is said at the start.

import { readFileSync } from 'node:fs';

/** What `deploy` sets, as a sysctl that is safe for a pod: enough for 128 KiB in flight to one client. */
const ADVISED_SEND_BYTES = 131_072;
const PAGE_BYTES = 4096;

export interface KernelMemory {
  /** The most that one connection may have waiting in the kernel. */
  readonly sendBytes: number;
  /** The most that all sockets of the machine may take, above which the kernel drops. */
  readonly allBytes: number;
}

/** What this machine is set to, or undefined where it does not say (elsewhere than on Linux). */
export function readKernelMemory(folder = '/proc/sys/net/ipv4'): KernelMemory | undefined {
  try {
    const third = (name: string) => Number(readFileSync(`${folder}/${name}`, 'utf8').trim().split(/\s+/)[2]);
    const [sendBytes, pages] = [third('tcp_wmem'), third('tcp_mem')];
    if (!Number.isFinite(sendBytes) || !Number.isFinite(pages)) return undefined;
    return { sendBytes, allBytes: pages * PAGE_BYTES };
  } catch {
    return undefined;
  }
}

/** A sentence for the operator when clients that do not read could take what others need, else undefined. */
export function kernelMemoryWarning(
  { sendBytes, allBytes }: KernelMemory,
  maxStreams: number,
): string | undefined {
  const worstBytes = sendBytes * maxStreams;
  if (sendBytes <= ADVISED_SEND_BYTES || worstBytes <= allBytes) return undefined;
  return (
    `${maxStreams} clients that do not read may take ${gibibytes(worstBytes)} of kernel memory, ` +
    `and all sockets may take ${gibibytes(allBytes)}. ` +
    `Set sysctl net.ipv4.tcp_wmem="4096 16384 ${ADVISED_SEND_BYTES}" where this hub runs.`
  );
}

function gibibytes(bytes: number): string {
  return `${(bytes / 1024 ** 3).toFixed(1)} GiB`;
}
