// What a reader must know before the numbers of a run: cut off, went wrong, limited, binned, bad lines.

import { formatQuantity } from './quantity.ts';
import type { ResultFile, RunResult } from './run-result.ts';

export function runNotes(
  { complete, summary, series }: RunResult,
  problems: ResultFile['problems'],
): string[] {
  const notes: string[] = [];
  const { durationMs, limitedIntervals, limitedByServerIntervals } = summary;
  const of = series.count === 0 ? '' : ` of ${series.count}`;
  const seen = durationMs === undefined ? '' : ` after ${formatQuantity(durationMs, 'ms')}`;
  if (!complete) {
    notes.push(
      `Cut off${seen}: the file has no summary, and these figures are from its ${series.count} samples.`,
    );
  } else if (summary.interrupted) notes.push(`Interrupted${seen}.`);
  notes.push(...troubleNotes(summary, series));
  if (limitedIntervals !== undefined && limitedIntervals > 0) {
    notes.push(
      `The load generator was late in ${limitedIntervals}${of} intervals; latencies there are upper bounds.`,
    );
  }
  if (limitedByServerIntervals !== undefined && limitedByServerIntervals > 0) {
    notes.push(
      `The server kept publishes from being sent when due in ${limitedByServerIntervals}${of} intervals; their wait is in the latencies.`,
    );
  }
  if (series.intervalsPerPoint > 1) {
    const { count, intervalsPerPoint } = series;
    notes.push(`Plots: each point is the worst of ${intervalsPerPoint} intervals, since there are ${count}.`);
  }
  if (problems.count > 0) {
    const more = problems.count - problems.first.length;
    const rest = more > 0 ? ` and ${more} more` : '';
    notes.push(
      `${problems.count} unusable ${problems.count === 1 ? 'line' : 'lines'}: ${problems.first.join(', ')}${rest}.`,
    );
  }
  return notes;
}

/** What went so wrong that the numbers below would mislead whoever reads them alone. */
function troubleNotes(summary: RunResult['summary'], series: RunResult['series']): string[] {
  const notes: string[] = [];
  const count = (value: number) => formatQuantity(value, 'count');
  const {
    publishedTotal,
    publishErrorsTotal = 0,
    publishErrorsByReason,
    reconnect,
    reconnectsTotal,
  } = summary;
  if (publishedTotal === 0 && publishErrorsTotal > 0) {
    const reasons = publishErrorsByReason.map(([reason, times]) => `${count(times)} ${reason}`);
    const why = reasons.length === 0 ? '' : `: ${reasons.join(', ')}`;
    notes.push(`Not one of ${count(publishErrorsTotal)} publishes was acknowledged${why}.`);
  }
  const { streamsUp, streamsWanted } = series.points.at(-1) ?? {};
  if (streamsUp !== undefined && streamsWanted !== undefined && streamsUp < streamsWanted / 2)
    notes.push(`Only ${count(streamsUp)} of ${count(streamsWanted)} streams were up at the end.`);
  const waiting = (reconnect?.count ?? 0) - (reconnectsTotal ?? 0);
  if (reconnectsTotal !== undefined && waiting > 0)
    notes.push(
      `${count(waiting)} streams had not come back at the end; \`reconnect\` has their wait so far.`,
    );
  return notes;
}
