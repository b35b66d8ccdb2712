// The part of a soak that is in its file already, for `soak --resume FILE`: what goes into the report, the trends, the
// verdict and the summary of the whole. Read line by line, since it may be of days. What each stream was owed is gone with
// the processes that knew it, unless they ended with a summary.

import { closeSync, openSync, readSync } from 'node:fs';
import { HoldfastError } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { ResultRecord, RunRecord } from '../load/result.ts';
import { TrendReservoir } from '../load/soak/trend-reservoir.ts';
import { ResultLines } from '../report/result-lines.ts';
import { ResultFileReader } from '../report/run-result.ts';
import { usageError } from './usage-failure.ts';
import { type Judging, WholeRun } from './whole-run.ts';

const READ_BYTES = 65_536;

export interface EarlierRun {
  readonly whole: WholeRun;
  readonly trends: TrendReservoir;
  readonly report: ResultFileReader;
  /** When the last sample was taken: the whole run goes on from there. */
  readonly doneMs: number;
}

/**
 * Reads the last run of the file.
 *
 * @throws HoldfastError ERR_NO_RESULT when there is none, ERR_FILE when it cannot be read, ERR_USAGE when it is of
 * another URL or has run for `durationMs` already.
 */
export function readEarlierRun(
  path: string,
  url: string,
  { durationMs, ...judging }: Judging & { readonly durationMs: number },
): EarlierRun {
  let last: PartOfRun | undefined;
  for (const record of readRecords(path)) {
    if (record.kind === 'run') last = new PartOfRun(record, judging);
    else last?.add(record);
  }
  if (last === undefined) {
    throw new HoldfastError('ERR_NO_RESULT', `${path} holds no run to go on with`, 'Start without --resume');
  }
  // The file has it without secrets, or with them when an earlier version wrote it.
  if (redactText(last.run.url) !== redactText(url)) {
    throw usageError(
      `${path} is a run of ${redactText(last.run.url)}`,
      'Give the same URL, or start without --resume',
    );
  }
  if (last.doneMs >= durationMs) {
    throw usageError(`The run in ${path} is over`, 'Give a longer --duration, or start without --resume');
  }
  return last;
}

class PartOfRun implements EarlierRun {
  readonly run: RunRecord;
  readonly whole: WholeRun;
  readonly trends = new TrendReservoir();
  readonly report = new ResultFileReader('this run');
  doneMs = 0;

  constructor(run: RunRecord, judging: Judging) {
    this.run = run;
    this.whole = new WholeRun(judging);
    this.#report(run);
  }

  /** The report leaves summaries out: they are of what went before the samples behind them. */
  add(record: ResultRecord): void {
    if (record.kind === 'summary') this.whole.endEarlier(record);
    if (record.kind !== 'sample') return;
    this.whole.addEarlier(record);
    this.trends.add(record);
    this.doneMs = record.atMs;
    this.#report(record);
  }

  #report(record: ResultRecord): void {
    this.report.push(Buffer.from(`${JSON.stringify(record)}\n`));
  }
}

function* readRecords(path: string): Generator<ResultRecord> {
  // Without its line end the last line may have been cut off; it is taken out of the file too.
  const lines = new ResultLines();
  const chunk = Buffer.alloc(READ_BYTES);
  let fd: number | undefined;
  try {
    fd = openSync(path, 'r');
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk)) {
      for (const line of lines.push(Buffer.from(chunk.subarray(0, read)))) yield* readRecord(line ?? '');
    }
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return;
    if (code === undefined) throw cause;
    throw new HoldfastError('ERR_FILE', `${path} cannot be read: ${code}`, 'Check the name', { cause });
  } finally {
    if (fd !== undefined) closeSync(fd);
  }
}

function readRecord(line: string): ResultRecord[] {
  try {
    const record = JSON.parse(line) as ResultRecord | null;
    return record !== null && typeof record === 'object' ? [record] : [];
  } catch {
    // `holdfast report` tells of it; what else the file holds is good.
    return [];
  }
}
