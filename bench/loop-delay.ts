// Preloaded into a Node server that is measured: at each SIGUSR2 it writes how late its event loop was since the one
// before, and begins anew. A process has a file of its own in the folder, so that a server may have several.
//
// By the share of time, as the load generator measures itself, and not by monitorEventLoopDelay: there a stall of 360 ms
// is one tick of hundreds, and a server that stalls once for each event has a p99 of 2 ms.

import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { OwnCost } from '../src/load/generator/own-cost.ts';

const folder = process.env.BENCH_LOOP_DELAY_FOLDER;
if (folder !== undefined) {
  const cost = new OwnCost();
  let written = 0;
  process.on('SIGUSR2', () => {
    const { loopDelayP99Us: p99Us, loopDelayMaxUs: maxUs } = cost.take();
    const file = join(folder, `${process.pid}.json`);
    // Renamed, so that a reader never finds half of it.
    writeFileSync(`${file}.part`, JSON.stringify({ written: ++written, p99Us, maxUs }));
    renameSync(`${file}.part`, file);
  });
}
