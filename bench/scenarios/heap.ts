// What one idle stream holds in the heap of V8, by class: two heap snapshots of `holdfast serve`, without streams and
// with them. A snapshot collects all garbage first.

import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { bytesByClass, growthAStream } from '../heap-classes.ts';
import { startHoldfast } from '../peers/holdfast/peer.ts';
import { freePort, workFolder } from '../peers/start-server.ts';
import { loadArguments, runTool } from '../tool.ts';

const STREAMS = 10_000;
const ROWS = 20;
const LIMIT_MS = 60_000;

export async function heap(signal: AbortSignal): Promise<void> {
  const folder = workFolder('heap');
  const snapshots = ['--heapsnapshot-signal=SIGUSR2', `--diagnostic-dir=${folder}`];
  const peer = await startHoldfast(await freePort(), snapshots);
  const ended = new AbortController();
  try {
    const before = await takeSnapshot(peer.pid, folder, signal);
    const options = ['--streams', String(STREAMS), '--ramp', '5s', '--duration', '60s'];
    const load = runTool(loadArguments(peer, 'own topic', options, join(folder, 'load.ndjson')), {
      signal: AbortSignal.any([signal, ended.signal]),
    });
    load.catch(() => {});
    await untilFiles(peer.pid, STREAMS, signal);
    const after = await takeSnapshot(peer.pid, folder, signal);
    const rows = growthAStream(before, after, STREAMS);
    const total = rows.reduce((sum, [, bytes]) => sum + bytes, 0);
    process.stdout.write(
      `\nheap: ${STREAMS.toLocaleString('en')} idle streams on one topic, bytes a stream\n\n`,
    );
    for (const [name, bytes] of [...rows.slice(0, ROWS), ['all', total] as const]) {
      process.stdout.write(`${bytes.toFixed(1).padStart(10)}  ${name}\n`);
    }
  } finally {
    ended.abort();
    await peer.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function takeSnapshot(pid: number, folder: string, signal: AbortSignal): Promise<Map<string, number>> {
  const known = new Set(readdirSync(folder));
  process.kill(pid, 'SIGUSR2');
  // It is written in one go, and whole when the JSON is.
  return within('the snapshot', signal, () => {
    const name = readdirSync(folder).find((file) => file.endsWith('.heapsnapshot') && !known.has(file));
    const text = name === undefined ? '' : readFileSync(join(folder, name), 'utf8');
    return text.trimEnd().endsWith('}') ? bytesByClass(JSON.parse(text)) : undefined;
  });
}

/** Each stream is an open file of the server. */
function untilFiles(pid: number, count: number, signal: AbortSignal): Promise<true> {
  return within('the streams', signal, () => readdirSync(`/proc/${pid}/fd`).length > count || undefined);
}

async function within<T>(what: string, signal: AbortSignal, look: () => T | undefined): Promise<T> {
  const giveUpMs = performance.now() + LIMIT_MS;
  for (;;) {
    const found = look();
    if (found !== undefined) return found;
    if (performance.now() > giveUpMs) throw new Error(`Waited ${LIMIT_MS} ms in vain for ${what}`);
    await delay(500, undefined, { signal });
  }
}
