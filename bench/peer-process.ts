// Starts a peer's server and stops it again, with everything that it started.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

export interface RunningPeer {
  readonly pid: number;
  readonly url: string;
  /** Arguments of `holdfast load` that make it publish to this server. */
  readonly publishArgs: readonly string[];
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 20_000;
const STOP_TIMEOUT_MS = 10_000;
const folder = (name: string) => fileURLToPath(new URL(name, import.meta.url));

export function startMinimal(port: number, workers: number): Promise<RunningPeer> {
  const child = spawn(process.execPath, [folder('peers/minimal/server.ts')], {
    env: { ...process.env, PORT: String(port), WORKERS: String(workers) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return whenListening(child, port, `http://127.0.0.1:${port}/events`, holdfastPublish(port));
}

/** @throws Error that says how to get it, when it is not there. */
export function startBetterSse(port: number): Promise<RunningPeer> {
  if (!existsSync(folder('node_modules/better-sse'))) {
    execFileSync('npm', ['install', '--no-save', '--no-package-lock', '--silent'], { cwd: folder('.') });
  }
  const child = spawn(process.execPath, [folder('peers/better-sse/server.ts')], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  return whenListening(child, port, `http://127.0.0.1:${port}/events`, holdfastPublish(port));
}

/** @throws Error that says how to get it, when it is not there. */
export async function startNchan(port: number): Promise<RunningPeer> {
  const nginx = '/usr/sbin/nginx';
  if (!existsSync(nginx) || !existsSync('/usr/lib/nginx/modules/ngx_nchan_module.so')) {
    throw new Error('nchan is missing: apt-get install nginx libnginx-mod-nchan');
  }
  const work = mkdtempSync(join(tmpdir(), 'holdfast-nchan-'));
  const config = readFileSync(folder('peers/nchan/nginx.conf'), 'utf8');
  writeFileSync(join(work, 'nginx.conf'), config.replaceAll('PORT', String(port)).replaceAll('FOLDER', work));
  const child = spawn(nginx, ['-c', join(work, 'nginx.conf'), '-p', work], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  child.once('exit', () => rmSync(work, { recursive: true, force: true }));
  const template = {
    url: `http://127.0.0.1:${port}/pub/{topic}`,
    headers: { 'content-type': 'text/plain' },
    body: '{payload}',
  };
  const publish = ['--publish-template', JSON.stringify(template), '--topic-name', 'load{n}'];
  return whenListening(child, port, `http://127.0.0.1:${port}/sub/{topic}`, publish);
}

function holdfastPublish(port: number): string[] {
  return ['--publish', `http://127.0.0.1:${port}/publish`];
}

async function whenListening(
  child: ChildProcess,
  port: number,
  url: string,
  publishArgs: readonly string[],
): Promise<RunningPeer> {
  const giveUpMs = performance.now() + START_TIMEOUT_MS;
  while (!(await accepts(port))) {
    if (child.exitCode !== null) throw new Error(`The server ended with ${child.exitCode}`);
    if (performance.now() > giveUpMs) throw new Error(`The server does not listen on ${port}`);
    await delay(100);
  }
  return { pid: child.pid!, url, publishArgs, stop: () => stop(child) };
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
  await exited;
  clearTimeout(timer);
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
