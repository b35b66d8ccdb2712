// Shares a run out to its generator processes. Pure.

import type { GeneratorPlan } from './messages.ts';
import type { LoadOptions } from './run-options.ts';

/** The plans of all processes: together the streams of the run, each stream in one of them. */
export function generatorPlans(
  options: LoadOptions,
  run: string,
  target: GeneratorPlan['target'],
  sources: readonly string[],
  processes: number,
): GeneratorPlan[] {
  const { streams, churnPerSecond } = options;
  return Array.from({ length: processes }, (_, i) => {
    const firstStream = Math.floor((streams * i) / processes);
    return {
      run,
      url: options.url,
      target,
      headers: options.headers,
      topics: options.topics,
      firstStream,
      streams: Math.floor((streams * (i + 1)) / processes) - firstStream,
      sources,
      index: i,
      processes,
      rampMs: options.rampMs,
      reconnects: options.reconnects,
      slowShare: options.slowShare,
      slowBytesPerSecond: options.slowBytesPerSecond,
      churnPerSecond: churnPerSecond / processes,
      churnKind: options.churnKind,
      connectTimeoutMs: options.connectTimeoutMs,
      silenceTimeoutMs: options.silenceTimeoutMs,
      keepsHistory: options.keepsHistory === true,
      freshMs: options.heartbeatMs * 2,
      isPublished: options.publish !== undefined,
    };
  });
}

/** Whether stream n (from 0) of the run is one of the share that reads slowly: evenly spread, and the share exact. */
export function isSlowStream(stream: number, slowShare: number): boolean {
  return slowBefore(stream + 1, slowShare) > slowBefore(stream, slowShare);
}

// 0.29 * 100 is a hair below 29.
function slowBefore(stream: number, slowShare: number): number {
  return Math.floor(stream * slowShare + 1e-9);
}
