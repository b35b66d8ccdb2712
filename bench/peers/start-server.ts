// Starts a server and waits until it listens.

import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { holdfastTemplate } from '../../src/load/generator/publish-template.ts';
import { OwnProcess } from '../own-processes.ts';
import type { PeerOptions, RunningPeer } from './peer.ts';

const START_TIMEOUT_MS = 20_000;
const CHECK_MS = 50;

export interface ServerCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly port: number;
  /** Removed when the server has ended. */
  readonly folder?: string;
}

type Addresses = Pick<RunningPeer, 'urlFor' | 'publish' | 'topicName'>;

export async function startServer(given: ServerCommand, addresses: Addresses): Promise<RunningPeer> {
  const { command, args, env = {}, port, folder } = given;
  const server = new OwnProcess(command, args, { env: { ...process.env, ...env } });
  const stop = async () => {
    await server.stop();
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  };
  const giveUpMs = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    const isLate = performance.now() > giveUpMs;
    if (server.end === undefined && !isLate) {
      await delay(CHECK_MS);
      continue;
    }
    await stop();
    throw new Error(isLate ? `it does not listen within ${START_TIMEOUT_MS} ms` : `it ${server.end}`);
  }
  return {
    ...addresses,
    pid: server.pid,
    get end() {
      return server.end;
    },
    stop,
  };
}

/** A server of the bench's own in TypeScript, told its port by the environment. */
export function startNode(script: URL, port: number, options: PeerOptions, args: readonly string[] = []) {
  return startServer(
    {
      command: process.execPath,
      args: [...loopDelayArguments(options), fileURLToPath(script), ...args],
      env: { PORT: String(port), ...loopDelayEnvironment(options) },
      port,
    },
    holdfastAddresses(port),
  );
}

export function loopDelayArguments({ loopDelayFolder }: PeerOptions): string[] {
  return loopDelayFolder === undefined ? [] : ['--import', new URL('../loop-delay.ts', import.meta.url).href];
}

export function loopDelayEnvironment({ loopDelayFolder }: PeerOptions): NodeJS.ProcessEnv {
  return loopDelayFolder === undefined ? {} : { BENCH_LOOP_DELAY_FOLDER: loopDelayFolder };
}

/** Of Holdfast and of the servers that the bench has made to be like it: GET /stream?topic=, POST /publish. */
export function holdfastAddresses(port: number): Addresses {
  const own = `http://127.0.0.1:${port}/stream?topic=`;
  const patterns = { 'own topic': '{topic}', 'all by pattern': 'load/**', 'own by pattern': '{topic}/**' };
  return {
    urlFor: (wanted) => own + patterns[wanted],
    publish: holdfastTemplate(`http://127.0.0.1:${port}/publish`, {}),
    topicName: 'load/{n}',
  };
}

export function workFolder(name: string): string {
  return mkdtempSync(join(tmpdir(), `holdfast-bench-${name}-`));
}

export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.on('error', () => resolve(false));
  });
}
