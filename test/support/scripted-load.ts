// Small runs of `runLoad`, with its real processes, against a scripted server.

import type { TestContext } from 'node:test';
import { runLoad } from '../../src/load/generator/load-run.ts';
import { holdfastTemplate } from '../../src/load/generator/publish-template.ts';
import type { LoadOptions } from '../../src/load/generator/run-options.ts';
import type { RunRecord, SampleRecord, SummaryRecord } from '../../src/load/result.ts';
import type { ScriptedServer } from './scripted-server.ts';
import { within } from './wait-for.ts';

const RUN_LIMIT_MS = 40_000;

export interface LoadResult {
  readonly run: RunRecord;
  readonly summary: SummaryRecord;
  readonly samples: readonly SampleRecord[];
  readonly notes: readonly string[];
}

/** 20 streams and 40 events in half a second, unless told otherwise. */
export function loadOptions(url: string, changes: Partial<LoadOptions> = {}): LoadOptions {
  return {
    tool: 'load',
    version: 'test',
    url: `${url}/stream`,
    streams: 20,
    rampMs: 50,
    durationMs: 500,
    settleMs: 500,
    sampleMs: 1000,
    headers: [],
    topics: { name: 'load/{n}', count: 1 },
    sources: [],
    reconnects: true,
    slowShare: 0,
    slowBytesPerSecond: 1024,
    churnPerSecond: 0,
    churnKind: 'fin',
    connectTimeoutMs: 5000,
    heartbeatMs: 15_000,
    publish: publishTo(url, '80/s'),
    pid: undefined,
    metricsUrl: undefined,
    objectives: [],
    ...changes,
  };
}

export function publishTo(url: string, schedule: string): LoadOptions['publish'] {
  return { schedule, payloadBytes: 64, template: holdfastTemplate(`${url}/publish`, {}) };
}

/** Runs to the end, or is aborted with the test. */
export async function loadServer(
  t: TestContext,
  server: Pick<ScriptedServer, 'url'>,
  changes: Partial<LoadOptions> = {},
): Promise<LoadResult> {
  const runs: RunRecord[] = [];
  const samples: SampleRecord[] = [];
  const notes: string[] = [];
  const options = loadOptions(server.url, changes);
  const ended = runLoad(options, {
    onRecord: (record) => {
      if (record.kind === 'run') runs.push(record);
      else if (record.kind === 'sample') samples.push(record);
    },
    onNote: (text) => notes.push(text),
    signal: t.signal,
  });
  const summary = await within('the end of the run', ended, RUN_LIMIT_MS);
  return { run: runs[0]!, summary, samples, notes };
}
