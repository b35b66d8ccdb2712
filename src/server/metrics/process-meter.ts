// What a process says of itself: processor time, memory, garbage collection, and how late its event loop is.

import { readFileSync } from 'node:fs';
import { constants, type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks';
import { getHeapSpaceStatistics } from 'node:v8';
import { Histogram } from '../../base/histogram.ts';
import type { ProcessFigures } from './figures.ts';
import { LoopDelayMeter } from './loop-delay.ts';

export const GC_BOUNDS = [0.001, 0.01, 0.1, 1];

const gcKinds: Readonly<Record<number, string>> = {
  [constants.NODE_PERFORMANCE_GC_MINOR]: 'minor',
  [constants.NODE_PERFORMANCE_GC_MAJOR]: 'major',
  [constants.NODE_PERFORMANCE_GC_INCREMENTAL]: 'incremental',
  [constants.NODE_PERFORMANCE_GC_WEAKCB]: 'weakcb',
};

export class ProcessMeter {
  readonly #loopDelay = new LoopDelayMeter();
  readonly #gc: Readonly<Record<string, Histogram>> = Object.fromEntries(
    Object.values(gcKinds).map((kind) => [kind, new Histogram(GC_BOUNDS)]),
  );

  constructor() {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) this.#noteCollection(entry);
    });
    observer.observe({ entryTypes: ['gc'] });
  }

  figures(): ProcessFigures {
    const { user, system } = process.cpuUsage();
    const { rss, heapUsed, heapTotal } = process.memoryUsage();
    const { p50, p99, max } = this.#loopDelay.read();
    return {
      cpuSeconds: (user + system) / 1e6,
      residentBytes: rss,
      privateBytes: readPrivateBytes(),
      heapUsedBytes: heapUsed,
      heapTotalBytes: heapTotal,
      heapSpaceBytes: Object.fromEntries(
        getHeapSpaceStatistics().map((space) => [
          space.space_name.replace(/_space$/, ''),
          space.space_used_size,
        ]),
      ),
      gcSeconds: Object.fromEntries(
        Object.entries(this.#gc).map(([kind, histogram]) => [kind, histogram.figures()]),
      ),
      loopDelayP50Seconds: p50,
      loopDelayP99Seconds: p99,
      loopDelayMaxSeconds: max,
    };
  }

  #noteCollection(entry: PerformanceEntry & { readonly detail?: { readonly kind?: number } }): void {
    const kind = entry.detail?.kind;
    this.#gc[gcKinds[kind ?? 0] ?? 'minor']?.observe(entry.duration / 1000);
  }
}

function readPrivateBytes(): number | undefined {
  try {
    const kibibytes = /^RssAnon:\s+(\d+) kB/m.exec(readFileSync('/proc/self/status', 'latin1'))?.[1];
    return kibibytes === undefined ? undefined : Number(kibibytes) * 1024;
  } catch {
    return undefined;
  }
}
