// Preloaded into a Node server that is measured: at each SIGUSR2 it writes how late its event loop was since the one
// before, and begins anew. A process has a file of its own in the folder, so that a server may have several.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 1;

const folder = process.env.BENCH_LOOP_DELAY_FOLDER;
if (folder !== undefined) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delay.enable();
  let written = 0;
  process.on('SIGUSR2', () => {
    // The histogram has the time between two ticks, of which one resolution is no delay.
    const us = (ns: number) => Math.max(0, ns / 1000 - RESOLUTION_MS * 1000);
    const figures = { written: ++written, p99Us: us(delay.percentile(99)), maxUs: us(delay.max) };
    const file = join(folder, `${process.pid}.json`);
    // Renamed, so that a reader never finds half of it.
    writeFileSync(`${file}.part`, JSON.stringify(figures));
    renameSync(`${file}.part`, file);
    delay.reset();
  });
}
