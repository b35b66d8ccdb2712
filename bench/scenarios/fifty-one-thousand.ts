// 51,283 streams on two cores for ten minutes, with a worker killed in the fifth: what is asked of `holdfast serve`, line by
// line, and whether it was so.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { formatQuantity } from '../../src/report/quantity.ts';
import { type CrowdFigures, runCrowd } from '../crowd.ts';
import { readBenchFacts } from '../outcome.ts';
import { resultsFolder } from '../tool.ts';

const STREAMS = 51_283;
const DURATION_MS = 600_000;
const KIB = 1024;
const MIB = 1024 * KIB;
/** Ends of streams that were not taken. `complete` is a stream that was told to come back: nothing else ends one here. */
const REFUSALS = /^(refused|unreachable|status \d+|complete)$/;

interface Line {
  readonly what: string;
  readonly value: string;
  readonly asked?: string;
  readonly isMet?: boolean;
}

export async function fiftyOneThousand(signal: AbortSignal): Promise<void> {
  const figures = await runCrowd(
    { name: '51k', streams: STREAMS, durationMs: DURATION_MS, rate: '1/s', killsWorker: true },
    signal,
  );
  const lines = linesOf(figures);
  const file = join(resultsFolder, '51k.json');
  const { crowd, side, ...rest } = figures;
  const summaries = { crowd: crowd.summary, side: side.summary };
  writeFileSync(
    file,
    `${JSON.stringify({ facts: readBenchFacts(), ...rest, lines, ...summaries }, undefined, 2)}\n`,
  );
  process.stdout.write(`\n${lines.map(lineText).join('\n')}\n\nResults: ${file}\n`);
  if (lines.some(({ isMet }) => isMet === false)) process.exitCode = 1;
}

function linesOf(figures: CrowdFigures): Line[] {
  const { workers, basePrivateBytes, privateBytes, kernelSocketBytes, missingAfterKill, crowd, side } =
    figures;
  const both = [crowd.summary, side.summary];
  const sum = (of: (summary: (typeof both)[number]) => number) =>
    both.reduce((total, summary) => total + of(summary), 0);
  const none = (what: string, count: number): Line => ({
    what,
    value: String(count),
    asked: '0',
    isMet: count === 0,
  });
  const allowed = STREAMS * 4 * KIB + workers * 60 * MIB + 100 * MIB;
  const refused = sum(({ ends }) =>
    Object.entries(ends)
      .filter(([how]) => REFUSALS.test(how))
      .reduce((count, [, ended = 0]) => count + ended, 0),
  );
  const trends = (crowd.summary.trends ?? []).map(
    ({ quantity, outcome, because }): Line => ({
      what: `trend of ${quantity}`,
      value: because,
      asked: 'no leak',
      isMet: outcome !== 'leak',
    }),
  );
  const { latency, reconnect, server } = crowd.summary;
  const ms = (us: number | undefined) => (us === undefined ? 'none' : formatQuantity(us, 'us'));
  return [
    none('streams that never came up', STREAMS - sum(({ streamsPeak }) => streamsPeak)),
    none('refused', refused),
    none('missing 60 s after the kill', missingAfterKill ?? STREAMS),
    none(
      'lost',
      sum(({ ledger }) => ledger?.lost ?? 0),
    ),
    none(
      'repeated',
      sum(({ ledger }) => ledger?.repeated ?? 0),
    ),
    none(
      'out of order',
      sum(({ ledger }) => ledger?.outOfOrder ?? 0),
    ),
    { what: 'delivered', value: sum(({ deliveredTotal }) => deliveredTotal).toLocaleString('en') },
    {
      what: `private memory of all ${workers + 1} processes at its highest`,
      value: formatQuantity(privateBytes, 'bytes'),
      asked: `at most ${formatQuantity(allowed, 'bytes')}`,
      isMet: privateBytes <= allowed,
    },
    { what: 'the same before the first stream', value: formatQuantity(basePrivateBytes, 'bytes') },
    {
      what: 'growth a stream',
      value: formatQuantity((privateBytes - basePrivateBytes) / STREAMS, 'bytes'),
      asked: 'at most 4 KiB',
      isMet: (privateBytes - basePrivateBytes) / STREAMS <= 4 * KIB,
    },
    { what: 'kernel socket memory, both ends', value: formatQuantity(kernelSocketBytes ?? 0, 'bytes') },
    {
      what: 'CPU an event',
      value: server?.cpuUsPerEvent === undefined ? 'none' : `${server.cpuUsPerEvent.toFixed(2)} us`,
    },
    {
      what: 'delivery latency p50 / p99 / max',
      value: [latency?.p50Us, latency?.p99Us, latency?.maxUs].map(ms).join(' / '),
    },
    {
      what: 'reconnect p50 / p99 / max',
      value: [reconnect?.p50Us, reconnect?.p99Us, reconnect?.maxUs].map(ms).join(' / '),
    },
    ...trends,
  ];
}

function lineText({ what, value, asked, isMet }: Line): string {
  const judged = asked === undefined ? '' : `   ${isMet ? 'met' : 'MISSED'}: asked ${asked}`;
  return `  ${what.padEnd(55)} ${value}${judged}`;
}
