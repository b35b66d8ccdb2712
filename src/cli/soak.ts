// `holdfast soak URL`: constant work for hours, and a verdict by trend: does memory, do files, does latency grow?

import type { Command } from '@commander-js/extra-typings';
import type { SampleRecord, SummaryRecord } from '../load/result.ts';
import { judgeTrends, trendPoint } from '../load/soak/trend.ts';
import { trendChecks } from '../load/soak/trend-verdict.ts';
import { soakSampleMs } from '../load/soak/warm-up.ts';
import { verdictOf } from '../load/verdict/verdict.ts';
import { readEarlierRun } from './earlier-run.ts';
import { readLoadArguments } from './load-arguments.ts';
import { addOptions } from './option-rows.ts';
import { runAndReport } from './run-load.ts';
import { soakOptions, soakRules } from './soak-options.ts';
import { usageError } from './usage-failure.ts';
import { wholeSummary } from './whole-run.ts';

const examples = `
Examples:
  holdfast soak 'http://127.0.0.1:8080/stream?topic=load/0' --streams 1000 --duration 72h --pid $(pgrep -f 'holdfast serve') \\
    --publish http://127.0.0.1:8080/publish --rate 20/s --churn 5/s --output soak.ndjson

Samples are taken every 30 s (more often in short runs). With --pid the server's memory and files are judged: leak,
no leak: growth below X a day at 95 %, or not enough data.
`;

export function defineSoak(program: Command): void {
  const command = program
    .command('soak')
    .description('load a server for hours or days, and find out whether it leaks')
    .argument('<url>', 'the stream; {topic} in it stands for the topic of each stream');
  addOptions(command, soakOptions, soakRules)
    .addHelpText('after', examples)
    .action((url, flags) => {
      const { resume, output } = flags;
      if (resume && output === undefined) {
        throw usageError('--resume names no file', 'Give the result file of the earlier run with --output');
      }
      const options = readLoadArguments(url, flags);
      const earlier = resume ? readEarlierRun(output!, url, options.durationMs) : undefined;
      const run = {
        ...options,
        tool: 'soak' as const,
        version: program.version() ?? '',
        durationMs: options.durationMs - (earlier?.doneMs ?? 0),
        sampleMs: soakSampleMs(options.durationMs),
      };
      const conclude = (summary: SummaryRecord, samples: readonly SampleRecord[]) =>
        withTrends(earlier === undefined ? summary : wholeSummary(summary, earlier, samples, run), samples);
      return runAndReport(run, output, { conclude, earlier });
    });
}

function withTrends(summary: SummaryRecord, samples: readonly SampleRecord[]): SummaryRecord {
  const trends = judgeTrends(samples.map(trendPoint));
  const checks = [...(summary.verdict?.checks ?? []), ...trendChecks(trends)];
  return { ...summary, trends, verdict: checks.length === 0 ? undefined : verdictOf(checks) };
}
