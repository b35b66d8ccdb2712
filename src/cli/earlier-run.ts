// The part of a soak that is in its file already, for `soak --resume`: what was measured. What each stream was owed is
// gone with the processes that knew it, unless they ended with a summary.

import { existsSync, readFileSync } from 'node:fs';
import { HoldfastError } from '../base/errors.ts';
import { redactText } from '../base/redact.ts';
import type { ResultRecord, RunRecord, SampleRecord, SummaryRecord } from '../load/result.ts';
import { usageError } from './usage-failure.ts';

export interface EarlierRun {
  readonly run: RunRecord;
  readonly samples: readonly SampleRecord[];
  /** When the last sample was taken: the whole run goes on from there. */
  readonly doneMs: number;
  /** Of all that, when it was ended well (Ctrl-C) and not cut off. */
  readonly summary: SummaryRecord | undefined;
}

/**
 * Reads the last run of the file.
 *
 * @throws HoldfastError ERR_NO_RESULT when there is none, ERR_FILE when it cannot be read, ERR_USAGE when it is of
 * another URL or has run for `durationMs` already.
 */
export function readEarlierRun(path: string, url: string, durationMs: number): EarlierRun {
  const records = readRecords(path);
  const from = records.findLastIndex((record) => record.kind === 'run');
  const run = records[from];
  if (run?.kind !== 'run') {
    throw new HoldfastError('ERR_NO_RESULT', `${path} holds no run to go on with`, 'Start without --resume');
  }
  // The file has it without secrets, or with them when an earlier version wrote it.
  if (redactText(run.url) !== redactText(url)) {
    throw usageError(
      `${path} is a run of ${redactText(run.url)}`,
      'Give the same URL, or start without --resume',
    );
  }
  const samples = records.slice(from).filter((record) => record.kind === 'sample');
  const doneMs = samples.at(-1)?.atMs ?? 0;
  if (doneMs >= durationMs) {
    throw usageError(`The run in ${path} is over`, 'Give a longer --duration, or start without --resume');
  }
  const last = records.at(-1);
  return { run, samples, doneMs, summary: last?.kind === 'summary' ? last : undefined };
}

function readRecords(path: string): ResultRecord[] {
  if (!existsSync(path)) return [];
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new HoldfastError('ERR_FILE', `${path} cannot be read: ${why}`, 'Check the name', { cause });
  }
  // Without its line end the last line may have been cut off; it is taken out of the file too.
  return text.split('\n').slice(0, -1).flatMap(readRecord);
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
