// What the disk itself takes to keep 4 KiB: the floor under every durable publish.

import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { type Percentiles, percentilesOf } from './percentiles.ts';

const WRITES = 300;
const PAGE = Buffer.alloc(4096, 'x');

export function measureFsync(folder: string): Percentiles {
  const path = join(folder, 'fsync-floor');
  const file = openSync(path, 'a');
  try {
    const takenUs: number[] = [];
    for (let i = 0; i < WRITES; i++) {
      const startMs = performance.now();
      writeSync(file, PAGE);
      fdatasyncSync(file);
      takenUs.push((performance.now() - startMs) * 1000);
    }
    return percentilesOf(takenUs);
  } finally {
    closeSync(file);
    rmSync(path);
  }
}
