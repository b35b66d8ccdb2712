// How many streams this machine holds with `holdfast serve`: more and more, a minute each, until something gives, and what.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatQuantity } from '../../src/report/quantity.ts';
import { type CrowdFigures, runCrowd } from '../crowd.ts';
import { readBenchFacts } from '../outcome.ts';
import { resultsFolder } from '../tool.ts';

const STEPS = [51_283, 100_000, 150_000, 200_000, 250_000];
const DURATION_MS = 60_000;

interface Step {
  readonly streams: number;
  readonly held: boolean;
  readonly said: string;
}

export async function ceiling(signal: AbortSignal): Promise<void> {
  const steps: Step[] = [];
  for (const streams of STEPS) {
    const step = await tryStep(streams, signal);
    steps.push(step);
    process.stdout.write(
      `  ${streams.toLocaleString('en').padStart(9)}  ${step.held ? 'held' : 'GAVE'}: ${step.said}\n`,
    );
    if (!step.held) break;
  }
  const file = join(resultsFolder, 'ceiling.json');
  writeFileSync(file, `${JSON.stringify({ facts: readBenchFacts(), steps }, undefined, 2)}\n`);
  process.stdout.write(`\nResults: ${file}\n`);
}

async function tryStep(streams: number, signal: AbortSignal): Promise<Step> {
  const plan = {
    name: `ceiling-${streams}`,
    streams,
    durationMs: DURATION_MS,
    rate: '1/5s',
    killsWorker: false,
  };
  try {
    return judge(streams, await runCrowd(plan, signal));
  } catch (error) {
    signal.throwIfAborted();
    return { streams, held: false, said: (error as Error).message };
  }
}

function judge(
  streams: number,
  { crowd, side, privateBytes, kernelSocketBytes = 0, workers }: CrowdFigures,
): Step {
  const up = crowd.summary.streamsPeak + side.summary.streamsPeak;
  const { latency, ledger } = crowd.summary;
  const held = up === streams && ledger?.lost === 0;
  const said = [
    `${up.toLocaleString('en')} up`,
    `${ledger?.lost ?? 'unknown'} lost of ${ledger?.expected ?? 0}`,
    `${workers} workers with ${formatQuantity(privateBytes, 'bytes')}`,
    `${formatQuantity(kernelSocketBytes, 'bytes')} in the kernel`,
    `latency p99 ${latency === undefined ? 'none' : formatQuantity(latency.p99Us, 'us')}`,
  ];
  return { streams, held, said: said.join(', ') };
}
