// A crowd of streams on `holdfast serve` with its log on disk, for minutes: most on one hot topic, some on topics of their
// own, clients that leave and come back, and a worker that is killed in the middle. What came of it, as plain figures.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProbe } from '../src/load/probe/server-probe.ts';
import { type DurableHub, startDurableHub } from './durable-hub.ts';
import { type LoadResult, readLoadResult } from './load-result.ts';
import { freePort } from './peers/start-server.ts';
import { resultsFolder, runTool } from './tool.ts';

const SIDE_STREAMS = 200;
const SIDE_RATE = '200/s';
const RAMP_PER_SECOND = 2000;
const CHECK_MS = 500;
/** So long after the kill everybody has to be back. */
const BACK_AFTER_MS = 60_000;

export interface CrowdPlan {
  readonly name: string;
  readonly streams: number;
  readonly durationMs: number;
  /** Events a second to all. */
  readonly rate: string;
  readonly killsWorker: boolean;
}

export interface CrowdFigures {
  readonly workers: number;
  /** Private memory of all processes of the hub before the first stream, and at its highest with all of them. */
  readonly basePrivateBytes: number;
  readonly privateBytes: number;
  readonly kernelSocketBytes: number | undefined;
  /** Streams that were wanted and not there a minute after the kill; undefined without one. */
  readonly missingAfterKill: number | undefined;
  readonly crowd: LoadResult;
  readonly side: LoadResult;
}

/** @throws Error when the load cannot be run. */
export async function runCrowd(plan: CrowdPlan, signal: AbortSignal): Promise<CrowdFigures> {
  const adminPort = await freePort();
  const admin = `127.0.0.1:${adminPort}`;
  const hub = await startDurableHub(['--max-streams', String(plan.streams), '--admin-listen', admin]);
  try {
    return await measure(plan, hub, `http://${admin}/metrics`, signal);
  } finally {
    await hub.stop();
  }
}

async function measure(
  plan: CrowdPlan,
  hub: DurableHub,
  metrics: string,
  signal: AbortSignal,
): Promise<CrowdFigures> {
  const { name, streams, durationMs, rate, killsWorker } = plan;
  const basePrivateBytes = (await new ServerProbe({ pid: hub.pid }).read())?.privateBytes ?? 0;
  const workers = childrenOf(hub.pid).length;
  const crowdStreams = streams - SIDE_STREAMS;
  const rampMs = (crowdStreams * 1000) / RAMP_PER_SECOND;
  const crowdFile = join(resultsFolder, `${name}.ndjson`);
  const sideFile = join(resultsFolder, `${name}-side.ndjson`);
  const publish = ['--publish', `http://127.0.0.1:${hub.port}/publish`];
  // A hundredth of the streams a minute leaves and comes back.
  const churn = `${Math.max(1, Math.round(streams / 100 / 60))}/s`;
  const crowd = runTool(
    [
      ...[
        'soak',
        `http://127.0.0.1:${hub.port}/stream?topic={topic}`,
        ...publish,
        '--topic-name',
        'crowd/{n}',
      ],
      ...[
        '--streams',
        String(crowdStreams),
        '--ramp',
        `${RAMP_PER_SECOND}/s`,
        '--duration',
        `${durationMs}ms`,
      ],
      ...['--rate', rate, '--churn', churn, '--pid', String(hub.pid), '--metrics', metrics],
      ...['--slo', 'delivery>=99.99%', '--output', crowdFile],
    ],
    { signal, isShown: true },
  );
  const side = runTool(
    [
      ...[
        'load',
        `http://127.0.0.1:${hub.port}/stream?topic={topic}`,
        ...publish,
        '--topic-name',
        'side/{n}',
      ],
      ...['--streams', String(SIDE_STREAMS), '--topics', String(SIDE_STREAMS), '--rate', SIDE_RATE],
      ...['--duration', `${durationMs + rampMs}ms`, '--output', sideFile],
    ],
    { signal },
  );
  const both = Promise.all([crowd, side]);
  both.catch(() => {});
  let missingAfterKill: number | undefined;
  if (killsWorker) {
    await Promise.race([both, delay(rampMs + durationMs / 2, undefined, { signal })]);
    killOne(hub.pid);
    await Promise.race([both, delay(BACK_AFTER_MS + CHECK_MS, undefined, { signal })]);
    missingAfterKill = streams - (await openStreams(metrics));
  }
  await both;
  const result = readLoadResult(crowdFile);
  const samples = result.samples.flatMap(({ server }) => (server === undefined ? [] : [server]));
  return {
    workers,
    basePrivateBytes,
    privateBytes: Math.max(...samples.map(({ privateBytes }) => privateBytes)),
    kernelSocketBytes: Math.max(...samples.map(({ kernelSocketBytes = 0 }) => kernelSocketBytes)),
    missingAfterKill,
    crowd: result,
    side: readLoadResult(sideFile),
  };
}

/** A worker of the hub, the one with the most streams: nobody asks it. */
function killOne(primary: number): void {
  const files = (pid: number) => readdirSync(`/proc/${pid}/fd`).length;
  const [busiest] = childrenOf(primary).toSorted((a, b) => files(b) - files(a));
  if (busiest === undefined) throw new Error('The hub has no workers: choose more streams');
  process.kill(busiest, 'SIGKILL');
}

function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/** Streams of clients, as the hub counts them. */
async function openStreams(metrics: string): Promise<number> {
  const text = await (await fetch(metrics, { signal: AbortSignal.timeout(10_000) })).text();
  const counts = text.matchAll(/^sse_streams\{[^}]*lane="(?!inside)\w+"[^}]*\} (\d+)/gm);
  return Array.from(counts, ([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
}
