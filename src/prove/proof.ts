// The verdict of a scenario: what had to hold, what was seen, and the arithmetic between the two. Pure.

import { formatDuration } from '../base/duration.ts';
import type { FaultRecord, SampleRecord, Verdict, VerdictCheck } from '../load/result.ts';
import { LatencyHistogram } from '../load/statistics/histogram.ts';
import { verdictOf } from '../load/verdict/verdict.ts';
import type { Availability, YearFigure } from './availability.ts';
import type { HistoryReport } from './check-history.ts';
import type { Scenario } from './scenario-schema.ts';

export interface ProofFacts {
  readonly scenario: Scenario;
  /** Of the time from the begin of publishing on. */
  readonly samples: readonly SampleRecord[];
  readonly history: HistoryReport | undefined;
  readonly faults: readonly FaultRecord[];
  /** How many the timeline has. */
  readonly faultsPlanned: number;
  readonly availability: Availability;
  readonly interrupted: boolean;
  readonly unexpectedEnd: string | undefined;
}

export interface Recovery {
  /** Reconnects that were made, from the end of a stream to the head of its next. */
  readonly count: number;
  readonly p50Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

export function proofOf(facts: ProofFacts): Verdict {
  return verdictOf([
    checkHistoryReport(facts),
    checkFaults(facts),
    checkStreams(facts),
    ...checkRecovery(facts),
    ...checkAvailability(facts),
  ]);
}

function checkHistoryReport({ history, interrupted }: ProofFacts): VerdictCheck {
  const objective = 'no acknowledged event lost, repeated or out of order';
  if (history === undefined) return { objective, outcome: 'not proven', because: 'nothing was published' };
  const { owed, seen, told, violations, isWhole, unknown, unknownSeen, streams } = history;
  const wrong = violations.map(
    ({ kind, count, streams: on, examples }) => `${kind}: ${count} on ${on} streams, such as ${examples[0]}`,
  );
  if (told > 0) wrong.push(`${told} events were said to be missing by a gap, with history long enough`);
  const sum = `${grouped(owed)} owed to ${grouped(streams)} streams, ${grouped(seen)} seen`;
  const fates = unknown === 0 ? '' : `; of ${unknown} publishes without an answer ${unknownSeen} were taken`;
  if (wrong.length > 0)
    return { objective, outcome: 'fail', because: `${wrong.join('; ')} (${sum}${fates})` };
  if (!isWhole) return { objective, outcome: 'not proven', because: `the history met a bound (${sum})` };
  if (owed === 0) return { objective, outcome: 'not proven', because: `nothing was owed (${sum})` };
  if (interrupted) return { objective, outcome: 'not proven', because: `the run was interrupted (${sum})` };
  return { objective, outcome: 'pass', because: `${sum}; violations 0${fates}` };
}

function checkFaults({ faults, faultsPlanned }: ProofFacts): VerdictCheck {
  const objective = 'every fault was made';
  const failed = faults.filter(({ problem }) => problem !== undefined);
  const made = faults.length - failed.length;
  const because = `${made} of ${faultsPlanned}${failed.length === 0 ? '' : `: ${failed[0]!.name}: ${failed[0]!.problem}`}`;
  return { objective, outcome: made === faultsPlanned ? 'pass' : 'not proven', because };
}

function checkStreams({ samples, scenario, unexpectedEnd, interrupted }: ProofFacts): VerdictCheck {
  const objective = 'every stream is back at the end';
  if (unexpectedEnd !== undefined)
    return { objective, outcome: 'fail', because: `the hub ended without a fault: ${unexpectedEnd}` };
  const up = samples.at(-1)?.streamsUp ?? 0;
  const { count } = scenario.streams;
  const because = `${grouped(up)} of ${grouped(count)} are up`;
  if (interrupted) return { objective, outcome: 'not proven', because };
  return { objective, outcome: up >= count ? 'pass' : 'fail', because };
}

function checkRecovery({ scenario, samples }: ProofFacts): VerdictCheck[] {
  const { recovery: limitMs } = scenario.hold;
  if (limitMs === undefined) return [];
  const objective = `99 of 100 streams are back within ${formatDuration(limitMs)}`;
  const recovery = recoveryOf(samples);
  if (recovery === undefined) return [{ objective, outcome: 'not proven', because: 'no stream was cut' }];
  const because = `p99 ${milliseconds(recovery.p99Us)} of ${grouped(recovery.count)} reconnects`;
  return [{ objective, outcome: recovery.p99Us <= limitMs * 1000 ? 'pass' : 'fail', because }];
}

function checkAvailability({ scenario, availability }: ProofFacts): VerdictCheck[] {
  const { availability: least } = scenario.hold;
  if (least === undefined) return [];
  const objective = `streams are there in ${percent(least)} of the time`;
  const { wantedStreamSeconds: wanted, lostStreamSeconds: lost, share } = availability;
  if (wanted === 0) return [{ objective, outcome: 'not proven', because: 'no stream was wanted' }];
  const because = `1 - ${grouped(Math.round(lost))} / ${grouped(Math.round(wanted))} stream-seconds = ${percent(share)}`;
  return [{ objective, outcome: share >= least ? 'pass' : 'fail', because }];
}

/** Of all reconnects in these samples; undefined when there were none. */
export function recoveryOf(samples: readonly SampleRecord[]): Recovery | undefined {
  const all = new LatencyHistogram();
  for (const { reconnectHistogram } of samples) {
    if (reconnectHistogram !== undefined) all.add(LatencyHistogram.decode(reconnectHistogram));
  }
  const figures = all.figures();
  if (figures === undefined) return undefined;
  const { count, p50Us, p99Us, maxUs } = figures;
  return { count, p50Us, p99Us, maxUs };
}

/** What a report shows beside the verdict: a name and a value, each with its arithmetic. */
export function proofRows(
  { availability, history, samples }: ProofFacts,
  year: YearFigure,
): (readonly [label: string, text: string])[] {
  const { wantedStreamSeconds: wanted, lostStreamSeconds: lost, share, faults } = availability;
  const recovery = recoveryOf(samples);
  return [
    [
      'availability',
      `${percent(share)} = 1 - ${grouped(Math.round(lost))} lost / ${grouped(Math.round(wanted))} wanted stream-seconds`,
    ],
    ...faults.map(
      ({ name, occurrences, streams, lostStreamSeconds, secondsEach, secondsInterval }) =>
        [
          `one ${name} costs`,
          `${seconds(secondsEach)} a stream${secondsInterval === undefined ? '' : ` (${seconds(secondsInterval[0])} to ${seconds(secondsInterval[1])} at 95 %)`} = ${grouped(Math.round(lostStreamSeconds))} stream-seconds / ${grouped(streams)} streams / ${occurrences}`,
        ] as const,
    ),
    [
      `in a year, at ${year.perDay} a day of each`,
      `${percent(year.share)}${year.interval === undefined ? '' : ` (${percent(year.interval[0])} to ${percent(year.interval[1])} at 95 %)`} = ${year.because}`,
    ],
    [
      'time to come back',
      recovery === undefined
        ? 'no stream was cut'
        : `p50 ${milliseconds(recovery.p50Us)}, p99 ${milliseconds(recovery.p99Us)}, max ${milliseconds(recovery.maxUs)}, of ${grouped(recovery.count)} reconnects`,
    ],
    ...(history === undefined
      ? []
      : [['gaps said', `${grouped(history.gaps)}, with ${grouped(history.told)} events in them`] as const]),
  ];
}

const grouped = (count: number) => count.toLocaleString('en-US');
const seconds = (value: number) => `${Number(value.toPrecision(3))} s`;
const milliseconds = (us: number) =>
  us < 1_000_000 ? `${Math.round(us / 1000)} ms` : `${(us / 1e6).toFixed(2)} s`;

/** With as many digits as it takes to see what is missing. */
export function percent(share: number): string {
  if (share >= 1) return '100 %';
  const digits = Math.min(8, Math.max(2, Math.ceil(-Math.log10(1 - share)) - 1));
  return `${(share * 100).toFixed(digits)} %`;
}
