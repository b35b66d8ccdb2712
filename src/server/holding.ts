// What a hub can hold on this machine, and what limits it: said at the start, where it can still be changed.

import { totalmem } from 'node:os';
import type { ProcessCapacity } from './capacity.ts';
import type { KernelMemory } from './kernel-memory.ts';

// Private memory, rounded up from what docs/decisions/lean-streams.md and docs/decisions/shards.md measured.
const STREAM_BYTES = 4096;
const WORKER_BYTES = 60 * 1024 * 1024;
const PRIMARY_BYTES = 100 * 1024 * 1024;
// What the kernel has for a quiet connection: socket, buffers' heads, its entry in the file table.
const SOCKET_BYTES = 4096;

export interface Machine {
  readonly workers: number;
  readonly maxStreams: number;
  readonly capacity: ProcessCapacity;
  readonly kernel: KernelMemory | undefined;
  /** What this hub may take. */
  readonly memoryBytes: number;
}

export interface Holding {
  /** How many streams the hub takes. */
  readonly streams: number;
  readonly message: string;
  readonly values: Readonly<Record<string, unknown>>;
}

export function whatItHolds({ workers, maxStreams, capacity, kernel, memoryBytes }: Machine): Holding {
  const bases = PRIMARY_BYTES + (workers === 1 ? 0 : workers * WORKER_BYTES);
  const byMemory = Math.max(0, Math.floor((memoryBytes - bases) / (STREAM_BYTES + SOCKET_BYTES)));
  const byFiles = workers * capacity.maxStreams;
  const limits: readonly (readonly [streams: number, by: string])[] = [
    [maxStreams, '--max-streams'],
    [byFiles, `open files (${capacity.files ?? 'unknown'} a process, ${workers} of them)`],
    [byMemory, 'memory'],
  ];
  const [streams, limitedBy] = limits.reduce((least, limit) => (limit[0] < least[0] ? limit : least));
  return {
    streams,
    message: `Up to ${streams} streams, limited by ${limitedBy}`,
    values: {
      workers,
      streams,
      limitedBy,
      maxStreams,
      filesOfProcess: capacity.files,
      streamsByFiles: byFiles,
      streamsByMemory: byMemory,
      memoryBytes,
      kernelBytesOfAllSockets: kernel?.allBytes,
      kernelBytesOfOneStream: kernel?.sendBytes,
    },
  };
}

/** What the machine, or the container, gives this process and its children. */
export function memoryLimit(): number {
  const constrained = process.constrainedMemory();
  return constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
}
