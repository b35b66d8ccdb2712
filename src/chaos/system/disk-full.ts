// Fills the file system of a folder to the last byte. Only a small one that holds this folder alone: filling the disk of
// a machine would hit everybody on it. `mountSmallDisk` makes one.

import { closeSync, fsyncSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { integer, value } from '../../base/options.ts';
import { firstReason, needsLinux, needsRoot, needsTool } from './needs.ts';
import { runCommand } from './run-command.ts';
import { faultFailed, systemFaultKind, type Undo } from './system-fault.ts';

const MAX_FILL_BYTES = 1024 ** 3;
const FILLER = '.holdfast-chaos-filler';
const BLOCK = Buffer.alloc(65_536, 'x');

export const diskFull = systemFaultKind({
  kind: 'disk-full',
  summary: 'the small file system of a folder has no byte left',
  options: {
    folder: value('', 'a folder', (given) => typeof given === 'string' && given !== ''),
    /** Left free all the same. */
    leaveBytes: integer(0, 0),
  },
  required: ['folder'],
  needs: smallDiskUnavailable,
  unavailable({ folder }) {
    try {
      const { bsize, blocks } = statfsSync(folder);
      if (bsize * blocks <= MAX_FILL_BYTES) return undefined;
      return `the file system of ${folder} is larger than 1GiB, and may be everybody's: mount a small tmpfs there`;
    } catch {
      return `there is no folder ${folder}`;
    }
  },
  async make({ folder, leaveBytes }) {
    const file = join(folder, FILLER);
    try {
      fill(file, folder, leaveBytes);
    } catch (cause) {
      rmSync(file, { force: true });
      throw faultFailed(`${folder} cannot be filled`, cause);
    }
    return async () => rmSync(file, { force: true });
  },
});

function fill(file: string, folder: string, leaveBytes: number): void {
  const fd = openSync(file, 'w');
  try {
    for (;;) {
      const { bsize, bavail } = statfsSync(folder);
      const room = bsize * bavail - leaveBytes;
      if (room <= 0) break;
      writeSync(fd, BLOCK, 0, Math.min(room, BLOCK.length));
    }
    fsyncSync(fd);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  } finally {
    closeSync(fd);
  }
}

/** Why no small disk can be mounted here; undefined where one can. */
export function smallDiskUnavailable(): string | undefined {
  return firstReason(needsLinux(), needsRoot(), needsTool('mount'), needsTool('umount'));
}

/** Mounts a tmpfs of so many bytes over an empty folder. @throws HoldfastError ERR_FAULT_FAILED. */
export async function mountSmallDisk(folder: string, bytes: number): Promise<Undo> {
  await runCommand('mount', ['-t', 'tmpfs', '-o', `size=${bytes}`, 'holdfast-chaos', folder]);
  return async () => {
    // Lazily: a process that still ends there does not keep it.
    await runCommand('umount', ['--lazy', folder]);
  };
}
