// One hub a folder: whoever listens on the socket that is named for the folder has it. The kernel takes the name back
// when the process ends, however it ends, so a lock cannot be stale. Who asks is told the process id of the holder.

import { once } from 'node:events';
import { statSync, unlinkSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../base/errors.ts';

const ASK_LIMIT_MS = 1000;

export interface FolderLock {
  release(): Promise<void>;
}

/**
 * Takes a folder that exists.
 *
 * @throws HoldfastError ERR_LOG_IN_USE, with the process id of the holder.
 */
export async function lockFolder(folder: string): Promise<FolderLock> {
  const path = lockPath(folder);
  for (let attempt = 0; attempt < 2; attempt++) {
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.end(`${process.pid}\n`, () => socket.destroy());
    });
    server.unref();
    try {
      server.listen(path);
      await once(server, 'listening');
      return { release: () => release(server) };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
    }
    const holder = await askHolder(path);
    if (holder !== undefined) throw inUse(folder, holder);
    // Nobody answers: the holder has just gone, or, where names stay in the file system, has been gone for long.
    if (!isKernelName(path)) unlinkSync(path);
  }
  throw inUse(folder, 'unknown');
}

function lockPath(folder: string): string {
  const { dev, ino } = statSync(folder, { bigint: true });
  const name = `holdfast-log-${dev}-${ino}`;
  if (process.platform === 'linux') return `\0${name}`;
  return process.platform === 'win32' ? `\\\\.\\pipe\\${name}` : join(tmpdir(), name);
}

function isKernelName(path: string): boolean {
  return path.startsWith('\0') || path.startsWith('\\');
}

/** What the holder says; undefined when there is none any more. */
async function askHolder(path: string): Promise<string | undefined> {
  const socket = connect({ path });
  socket.setTimeout(ASK_LIMIT_MS, () => socket.destroy());
  let text = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
  });
  try {
    await once(socket, 'connect');
  } catch {
    return undefined;
  }
  if (!socket.destroyed) await once(socket, 'close').catch(() => {});
  return /^(\d+)\n$/.exec(text)?.[1] ?? 'unknown';
}

function release(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function inUse(folder: string, holder: string): HoldfastError {
  return new HoldfastError(
    'ERR_LOG_IN_USE',
    `The log in ${folder} is in use by the process ${holder}`,
    'Stop that hub, or choose another folder with --log-folder.',
  );
}
