// What a fault needs of the machine, each as a question that answers why not.

import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { integer } from '../../base/options.ts';

export const pidOption = { pid: integer(0, 1, 4_194_304) };

/** The first reason, or none. */
export function firstReason(...reasons: readonly (string | undefined)[]): string | undefined {
  return reasons.find((reason) => reason !== undefined);
}

export function needsLinux(): string | undefined {
  return process.platform === 'linux' ? undefined : 'it needs Linux';
}

export function needsRoot(): string | undefined {
  return process.getuid?.() === 0 ? undefined : 'it needs root';
}

export function needsTool(name: string): string | undefined {
  return toolPath(name) === undefined ? `it needs ${name}, which is not in PATH` : undefined;
}

export function needsProcess(pid: number): string | undefined {
  try {
    process.kill(pid, 0);
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EPERM' ? `process ${pid} belongs to another user` : `there is no process ${pid}`;
  }
}

/** Where a command is; commands of root are not in everybody's PATH. */
export function toolPath(name: string): string | undefined {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
