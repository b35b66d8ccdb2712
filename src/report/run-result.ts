// One run as its result file tells it, read line by line. A line that cannot be used is a problem, not the
// end: what else the file holds is reported. A file may hold several runs, one after the other.

import { decodeLatencyCounts } from './latency-counts.ts';
import { LatencyTally } from './latency-tally.ts';
import {
  type FaultRecord,
  type ResultRecord,
  type RunRecord,
  readRecord,
  type SampleRecord,
  type SummaryRecord,
} from './record.ts';
import { ResultLines } from './result-lines.ts';
import { RunTotals } from './run-totals.ts';
import { SampleSeries } from './sample-series.ts';

const MAX_PROBLEMS_KEPT = 5;
/** Runs of one file; a report of more is no comparison. */
const MAX_RUNS = 100;

/** More are a line on a plot each, and nobody sees any. */
const MAX_FAULTS = 2000;

export interface RunResult {
  /** What the file is called. */
  readonly source: string;
  /** What the user calls this run, or the run itself. */
  readonly label: string | undefined;
  readonly run: RunRecord | undefined;
  readonly series: SampleSeries;
  /** The run's own, or what the samples add up to. */
  readonly summary: SummaryRecord;
  /** False when the file has no summary: the run was cut off, or still goes on. */
  readonly complete: boolean;
  readonly latency: LatencyTally;
  /** Of a scenario, in order of time. */
  readonly faults: readonly FaultRecord[];
}

export interface ResultFile {
  readonly runs: readonly RunResult[];
  /** Lines that could not be used: how many, and the first few in words. */
  readonly problems: { readonly count: number; readonly first: readonly string[] };
}

export class ResultFileReader {
  readonly #lines = new ResultLines();
  readonly #source: string;
  readonly #label: string | undefined;
  readonly #runs: RunReader[] = [];
  readonly #problems: string[] = [];
  #problemCount = 0;
  #lineNumber = 0;

  constructor(source: string, label?: string) {
    this.#source = source;
    this.#label = label;
  }

  push(chunk: Uint8Array): void {
    for (const line of this.#lines.push(chunk)) this.#readLine(line);
  }

  finish(): ResultFile {
    for (const line of this.#lines.finish()) this.#readLine(line);
    const runs = this.#runs
      .filter((run) => run.hasResult)
      .map((run) => run.finish(this.#source, this.#label));
    return { runs, problems: { count: this.#problemCount, first: this.#problems } };
  }

  #readLine(line: string | undefined): void {
    this.#lineNumber++;
    if (line?.trim() === '') return;
    const record = line === undefined ? { problem: 'is too long' } : parse(line);
    const problem = 'problem' in record ? record.problem : this.#readRecord(record);
    if (problem !== undefined) this.#note(problem);
  }

  #readRecord(record: ResultRecord): string | undefined {
    const current = this.#runs.at(-1);
    const isOther = record.kind === 'run' && current?.isOther(record);
    if (current !== undefined && !isOther) return current.read(record);
    if (this.#runs.length === MAX_RUNS) return `is of more than ${MAX_RUNS} runs`;
    const run = new RunReader();
    this.#runs.push(run);
    return run.read(record);
  }

  #note(problem: string): void {
    this.#problemCount++;
    if (this.#problems.length < MAX_PROBLEMS_KEPT) this.#problems.push(`line ${this.#lineNumber} ${problem}`);
  }
}

function parse(line: string): ResultRecord | { readonly problem: string } {
  try {
    return readRecord(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return { problem: 'is not JSON' };
    throw error;
  }
}

class RunReader {
  readonly #series = new SampleSeries();
  readonly #totals = new RunTotals();
  readonly #faults: FaultRecord[] = [];
  #run: RunRecord | undefined;
  #summary: SummaryRecord | undefined;

  get hasResult(): boolean {
    return this.#summary !== undefined || this.#series.count > 0;
  }

  /** A run that was resumed writes its `run` record again; another run has another name, or follows a summary. */
  isOther(record: RunRecord): boolean {
    return this.#summary !== undefined || (this.#run !== undefined && this.#run.run !== record.run);
  }

  /** The problem, if there is one. */
  read(record: ResultRecord): string | undefined {
    if (record.kind === 'run') this.#run ??= record;
    else if (record.kind === 'summary') this.#summary = record;
    else if (record.kind === 'fault') return this.#readFault(record);
    else return this.#readSample(record);
    return undefined;
  }

  finish(source: string, label: string | undefined): RunResult {
    const summary = this.#summary ?? this.#totals.summary();
    return {
      source,
      label: label ?? this.#run?.label,
      run: this.#run,
      series: this.#series,
      summary,
      complete: this.#summary !== undefined,
      faults: this.#faults.toSorted((a, b) => a.atMs - b.atMs),
      latency: latencyOf(summary) ?? this.#totals.latency,
    };
  }

  #readFault(fault: FaultRecord): string | undefined {
    if (this.#faults.length >= MAX_FAULTS) return `is of more than ${MAX_FAULTS} faults`;
    this.#faults.push(fault);
    return undefined;
  }

  #readSample(sample: SampleRecord): string | undefined {
    const { latencyHistogram } = sample;
    const latency = latencyHistogram === undefined ? undefined : decodeLatencyCounts(latencyHistogram);
    if (!this.#series.add(sample, latency)) return 'is a sample that is not after the one before it';
    this.#totals.add(sample, latency);
    return latencyHistogram !== undefined && latency === undefined
      ? 'has a histogram that cannot be read'
      : undefined;
  }
}

function latencyOf({ latencyHistogram }: SummaryRecord): LatencyTally | undefined {
  const counts = latencyHistogram === undefined ? undefined : decodeLatencyCounts(latencyHistogram);
  if (counts === undefined) return undefined;
  const tally = new LatencyTally();
  tally.add(counts);
  return tally;
}
