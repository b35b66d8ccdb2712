// What the samples of a run add up to: stands in for the summary of a file that was cut off. It has fewer
// figures than a summary; what cannot be known from samples stays unknown.

import type { LatencyCounts } from './latency-counts.ts';
import { LatencyTally } from './latency-tally.ts';
import {
  type Latencies,
  type Latency,
  latencyKinds,
  type SampleRecord,
  type SummaryRecord,
} from './record.ts';

type Known = number | undefined;

export class RunTotals {
  readonly #sums = new Map<string, number>();
  readonly #peaks = new Map<string, number>();
  readonly #ends = new Map<string, number>();
  readonly latency = new LatencyTally();
  #maxUs: Known;
  #limitedIntervals = 0;
  #heldIntervals = 0;
  #durationMs = 0;

  add(sample: SampleRecord, latency: LatencyCounts | undefined): void {
    const {
      connects,
      reconnects,
      reconnectsWithoutId,
      published,
      publishErrors,
      delivered,
      receivedBytes,
      heartbeats,
      server,
      runtime,
      generator,
    } = sample;
    const { wantedStreamSeconds, freshStreamSeconds } = sample;
    const counts = {
      ...{ connects, reconnects, reconnectsWithoutId, published, publishErrors },
      ...{ delivered, receivedBytes, heartbeats },
    };
    const seconds = { wantedStreamSeconds, freshStreamSeconds };
    this.#each(
      {
        ...counts,
        ...seconds,
        ...{ gcUs: runtime?.gcUs, fullCollections: runtime?.fullCollections },
        serverCpuUs: server?.cpuUs,
        generatorCpuUs: generator?.cpuUs,
      },
      this.#sums,
      sum,
    );
    const memory = {
      privateBytes: server?.privateBytes,
      fileBytes: server?.fileBytes,
      kernel: server?.kernelSocketBytes,
    };
    const rest = { openFiles: server?.openFiles, processes: server?.processes, streamsUp: sample.streamsUp };
    const own = { ownBytes: generator?.privateBytes, loopDelayP99Us: generator?.loopDelayP99Us };
    const heap = { heapUsedBytes: runtime?.heapUsedBytes, keptHeapBytes: runtime?.keptHeapBytes };
    const delay = { serverDelayUs: runtime?.loopDelayP99Us };
    this.#each({ ...memory, ...rest, ...own, ...heap, ...delay }, this.#peaks, Math.max);
    for (const [reason, count] of sample.ends) this.#ends.set(reason, (this.#ends.get(reason) ?? 0) + count);
    if (generator?.limited) this.#limitedIntervals++;
    if (sample.limitedByServer) this.#heldIntervals++;
    if (latency !== undefined) this.latency.add(latency);
    const { maxUs } = sample.latency ?? {};
    if (maxUs !== undefined) this.#maxUs = Math.max(this.#maxUs ?? 0, maxUs);
    this.#durationMs = Math.max(this.#durationMs, sample.atMs);
  }

  /** As a summary of what was seen, and interrupted, since the run's own is missing. */
  summary(): SummaryRecord {
    const total = (name: string) => this.#sums.get(name);
    const peak = (name: string) => this.#peaks.get(name);
    const perEvent = (cpuUs: Known) => ratio(cpuUs, total('delivered'));
    const server = {
      cpuUs: total('serverCpuUs'),
      privateBytes: peak('privateBytes'),
      fileBytes: peak('fileBytes'),
      kernelSocketBytes: peak('kernel'),
      openFiles: peak('openFiles'),
      processes: peak('processes'),
      cpuUsPerEvent: perEvent(total('serverCpuUs')),
      privateBytesPerStream: undefined,
      socketPeaks: [],
    };
    const runtime = {
      heapUsedBytes: peak('heapUsedBytes'),
      gcUs: total('gcUs'),
      loopDelayP99Us: peak('serverDelayUs'),
      fullCollections: total('fullCollections'),
      keptHeapBytes: peak('keptHeapBytes'),
    };
    const noLatencies = Object.fromEntries(latencyKinds.map((kind) => [kind, undefined])) as Latencies;
    const hasServer = Object.values(server).some((value) => typeof value === 'number');
    return {
      kind: 'summary',
      ...noLatencies,
      latency: this.#latency(),
      durationMs: this.#durationMs,
      steadyFromMs: undefined,
      interrupted: true,
      streamsPeak: peak('streamsUp'),
      connectsTotal: total('connects'),
      reconnectsTotal: total('reconnects'),
      reconnectsWithoutIdTotal: total('reconnectsWithoutId'),
      publishedTotal: total('published'),
      publishErrorsTotal: total('publishErrors'),
      publishUnknownTotal: undefined,
      publishErrorsByReason: [],
      deliveredTotal: total('delivered'),
      receivedBytesTotal: total('receivedBytes'),
      heartbeatsTotal: total('heartbeats'),
      wantedStreamSeconds: total('wantedStreamSeconds'),
      freshStreamSeconds: total('freshStreamSeconds'),
      ends: [...this.#ends],
      latencyHistogram: undefined,
      ledger: undefined,
      verdict: undefined,
      proof: [],
      limitedIntervals: this.#limitedIntervals,
      // Samples say only that it was so, not that it was not: none may mean that nothing was published.
      limitedByServerIntervals: this.#heldIntervals || undefined,
      server: hasServer ? server : undefined,
      runtime: Object.values(runtime).some((value) => value !== undefined) ? runtime : undefined,
      generator: {
        cpuUs: total('generatorCpuUs'),
        privateBytes: peak('ownBytes'),
        loopDelayP99Us: peak('loopDelayP99Us'),
        limited: this.#limitedIntervals > 0,
        cpuUsPerEvent: perEvent(total('generatorCpuUs')),
        privateBytesPerStream: undefined,
      },
    };
  }

  #latency(): Latency | undefined {
    const { total } = this.latency;
    if (total === 0) return undefined;
    const at = (share: number) => this.latency.atShare(share);
    const percentiles = { p50Us: at(0.5), p90Us: at(0.9), p99Us: at(0.99), p999Us: at(0.999) };
    return { count: total, minUs: at(0), meanUs: undefined, maxUs: this.#maxUs ?? at(1), ...percentiles };
  }

  #each(
    values: Readonly<Record<string, Known>>,
    into: Map<string, number>,
    join: (a: number, b: number) => number,
  ): void {
    for (const [name, value] of Object.entries(values)) {
      if (value !== undefined) into.set(name, join(into.get(name) ?? 0, value));
    }
  }
}

const sum = (a: number, b: number) => a + b;

function ratio(a: Known, b: Known): Known {
  return a === undefined || b === undefined || b === 0 ? undefined : a / b;
}
