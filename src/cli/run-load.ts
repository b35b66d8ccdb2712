// Runs a load or soak for a person: progress on stderr, the result to a file, the report on stdout, and Ctrl-C.

import { styleText } from 'node:util';
import { runLoad } from '../load/generator/load-run.ts';
import type { LoadOptions } from '../load/generator/run-options.ts';
import type { ResultRecord, SampleRecord, SummaryRecord } from '../load/result.ts';
import { exitCodeOf } from '../load/verdict/verdict.ts';
import { reportDocument } from '../report/report-document.ts';
import { ResultFileReader } from '../report/run-result.ts';
import { textReport } from '../report/text-report.ts';
import type { EarlierRun } from './earlier-run.ts';
import { ResultFileWriter } from './result-file.ts';
import { RunProgress } from './run-progress.ts';

const SECOND_SIGNAL_MS = 500;

/** What a soak does besides. */
export interface RunSteps {
  /** What it makes of the summary goes into the file and the exit code. */
  readonly conclude?: (summary: SummaryRecord) => SummaryRecord;
  /** Each sample as it goes into the file. */
  readonly onSample?: (sample: SampleRecord) => void;
  /** An earlier part of the same run, which its file goes on with. */
  readonly earlier?: EarlierRun | undefined;
}

/** Runs to the end and prints the report. */
export async function runAndReport(
  options: LoadOptions,
  output: string | undefined,
  { conclude = (summary) => summary, onSample, earlier }: RunSteps = {},
): Promise<void> {
  const progress = new RunProgress(process.stderr);
  const file = output === undefined ? undefined : new ResultFileWriter(output, earlier !== undefined);
  const doneMs = earlier?.doneMs ?? 0;
  // It keeps what a report needs, in bounded memory: a run may last for days.
  const report = earlier?.report ?? new ResultFileReader('this run');
  let lastMs = doneMs;
  let isBegun = false;
  const take = (given: ResultRecord) => {
    isBegun = true;
    // The file has its run already; its time goes on.
    if (given.kind === 'run' && earlier !== undefined) return;
    const record = given.kind === 'sample' ? { ...given, atMs: given.atMs + doneMs } : given;
    file?.write(record);
    report.push(Buffer.from(`${JSON.stringify(record)}\n`));
    if (record.kind !== 'sample') return;
    onSample?.(record);
    progress.sample(record, record.atMs - lastMs);
    lastMs = record.atMs;
  };
  const stop = stopOnSignal((text) => progress.note(text));
  try {
    const summary = await runLoad(options, {
      onRecord: take,
      onNote: (text) => progress.note(text),
      signal: stop.signal,
    });
    progress.clear();
    const concluded = conclude(summary);
    take(concluded);
    process.stdout.write(reportText(report, options.version));
    if (concluded.verdict !== undefined) process.exitCode = exitCodeOf(concluded.verdict.outcome);
  } catch (error) {
    if (isBegun || !stop.signal.aborted) throw error;
    progress.note('Ended before the run began');
    // Nothing was proven, if anything was to be.
    process.exitCode = options.tool === 'soak' || options.objectives.length > 0 ? 1 : 0;
  } finally {
    stop.end();
    file?.close();
  }
}

function reportText(report: ResultFileReader, version: string): string {
  const document = reportDocument([report.finish()], version);
  return textReport(document, (style, text) => styleText(style, text, { stream: process.stdout }));
}

/** The first Ctrl-C or SIGTERM ends the run well, a second one at once. */
export function stopOnSignal(note: (text: string) => void): { readonly signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  let firstAtMs: number | undefined;
  const onSignal = () => {
    if (firstAtMs === undefined) {
      firstAtMs = performance.now();
      note('Ending the run; once more ends it at once');
      controller.abort();
    } else if (performance.now() - firstAtMs > SECOND_SIGNAL_MS) {
      // The processes of the run end with this one.
      process.exit(1);
    }
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  return {
    signal: controller.signal,
    end() {
      process.off('SIGINT', onSignal);
      process.off('SIGTERM', onSignal);
    },
  };
}
