// `holdfast soak URL`: constant work for hours, and a verdict by trend: does memory, do files, does latency grow?

import type { Command } from '@commander-js/extra-typings';
import type { SummaryRecord } from '../load/result.ts';
import { judgeTrends } from '../load/soak/trend.ts';
import { TrendReservoir } from '../load/soak/trend-reservoir.ts';
import { soakVerdict } from '../load/soak/trend-verdict.ts';
import { soakSampleMs } from '../load/soak/warm-up.ts';
import { readEarlierRun } from './earlier-run.ts';
import { readLoadArguments } from './load-arguments.ts';
import { addOptions } from './option-rows.ts';
import { runAndReport } from './run-load.ts';
import { soakOptions, soakRules } from './soak-options.ts';
import { usageError } from './usage-failure.ts';

const examples = `
Examples:
  holdfast soak 'http://127.0.0.1:8080/stream?topic=load/0' --streams 1000 --duration 72h --pid $(pgrep -f 'holdfast serve') \\
    --publish http://127.0.0.1:8080/publish --rate 20/s --output soak.ndjson

Samples are taken every 30 s (more often in short runs). With --pid the server's memory and files are judged, with
--metrics its heap: leak, no leak: growth below X a day at 95 %, or not enough data. Exit code 1 for a leak, and for a
run that is too short or too noisy to tell about memory and files.
`;

export function defineSoak(program: Command): void {
  const command = program
    .command('soak')
    .description('load a server for hours or days, and find out whether it leaks')
    .argument('<url>', 'the stream; {topic} in it stands for the topic of each stream');
  addOptions(command, soakOptions, soakRules)
    .addHelpText('after', examples)
    .action((url, flags) => {
      const { resume } = flags;
      if (resume !== undefined && flags.output !== undefined && flags.output !== resume) {
        throw usageError(
          '--resume and --output name two files',
          'Give --resume alone: it goes on in its file',
        );
      }
      const options = readLoadArguments(url, flags);
      const sampleMs = soakSampleMs(options.durationMs);
      const earlier =
        resume === undefined ? undefined : readEarlierRun(resume, url, { ...options, sampleMs });
      const trends = earlier?.trends ?? new TrendReservoir();
      const run = {
        ...options,
        tool: 'soak' as const,
        version: program.version() ?? '',
        durationMs: options.durationMs - (earlier?.doneMs ?? 0),
        sampleMs,
      };
      return runAndReport(run, resume ?? flags.output, {
        onSample: (sample) => {
          trends.add(sample);
          earlier?.whole.add(sample);
        },
        conclude: (summary) => withTrends(earlier?.whole.conclude(summary) ?? summary, trends),
        earlier,
      });
    });
}

function withTrends(summary: SummaryRecord, { points }: TrendReservoir): SummaryRecord {
  const trends = judgeTrends(points);
  return { ...summary, trends, verdict: soakVerdict(trends, summary.verdict?.checks ?? []) };
}
