// What a report says about one run, apart from its plots: the same for text, JSON, Markdown and HTML.

import { redactText } from '../base/redact.ts';
import { type FigureGroup, figureGroups } from './figures.ts';
import { optionText } from './option-text.ts';
import { formatQuantity } from './quantity.ts';
import {
  type Entries,
  type FaultRecord,
  type Latencies,
  type Latency,
  latencyKinds,
  type Verdict,
} from './record.ts';
import { runNotes } from './run-notes.ts';
import type { ResultFile, RunResult } from './run-result.ts';

export interface RunSection {
  /** Names the run in tables and legends; no two runs of a report have the same. */
  readonly name: string;
  readonly source: string;
  readonly tool: string;
  readonly url: string;
  readonly startedAt: string;
  readonly durationMs: number | undefined;
  /** What a reader must know before the numbers: cut off, limited, binned, bad lines. */
  readonly notes: readonly string[];
  readonly verdict: Verdict | undefined;
  readonly groups: readonly FigureGroup[];
  readonly latencies: readonly LatencyRow[];
  readonly ends: Entries<number>;
  /** All that it takes to repeat the run: version, machine, options. */
  readonly facts: Entries<string>;
  /** Of a scenario: what faults cost, and when each was. */
  readonly proof: Entries<string>;
  readonly faults: readonly FaultRecord[];
  readonly notMeasured: readonly string[];
}

export interface LatencyRow {
  readonly label: string;
  readonly figures: Latency;
}

const latencyLabels: Readonly<Record<keyof Latencies, string>> = {
  latency: 'delivery',
  connect: 'connect',
  head: 'response head',
  firstEvent: 'first event',
  reconnect: 'reconnect',
  silence: 'longest silence',
  heartbeatGap: 'heartbeat gap',
};

export function runSection(result: RunResult, name: string, problems: ResultFile['problems']): RunSection {
  const { run, summary } = result;
  return {
    name,
    source: result.source,
    tool: run?.tool ?? '',
    url: redactText(run?.url ?? ''),
    startedAt: run?.startedAt ?? '',
    durationMs: summary.durationMs,
    notes: runNotes(result, problems),
    verdict: summary.verdict,
    groups: figureGroups(result),
    latencies: latencyKinds.flatMap((kind) => {
      const figures = summary[kind];
      return figures === undefined || figures.count === 0 ? [] : [{ label: latencyLabels[kind], figures }];
    }),
    ends: summary.ends.toSorted(([, a], [, b]) => b - a),
    facts: factsOf(result),
    proof: summary.proof,
    faults: result.faults,
    notMeasured: notMeasured(result),
  };
}

function factsOf({ run, source }: RunResult): Entries<string> {
  if (run === undefined) return [['result file', source]];
  const { machine } = run;
  const memory = machine.memoryBytes === undefined ? '' : formatQuantity(machine.memoryBytes, 'bytes');
  const count = (value: number | undefined) => (value === undefined ? '' : formatQuantity(value, 'count'));
  const facts: [string, string][] = [
    ['result file', source],
    ['URL', redactText(run.url)],
    ['started', run.startedAt],
    ['run', run.run],
    ['holdfast', run.version],
    ['Node.js', machine.node],
    ['kernel', machine.kernel],
    ['processor', [machine.cpus === undefined ? '' : `${machine.cpus} x`, machine.cpuModel].join(' ').trim()],
    ['memory', memory],
    ['open files allowed', count(machine.openFileLimit)],
    ['local ports', count(machine.localPorts)],
    ...run.options.map(([name, value]): [string, string] => [`option ${name}`, optionText(name, value)]),
  ];
  return facts.filter(([, value]) => value !== '');
}

function notMeasured({ summary, run, latency }: RunResult): string[] {
  const missing: string[] = [];
  if (run === undefined) missing.push('what was run (no `run` record)');
  if (summary.latency === undefined) missing.push('delivery latency');
  else if (latency.total === 0) missing.push('percentiles beyond p99.9 (no histogram)');
  if (summary.ledger === undefined) missing.push('loss, order and repetition (no ledger)');
  if (summary.server === undefined) missing.push("the server's CPU, memory and files");
  if (summary.verdict === undefined) missing.push('a verdict (no objectives)');
  return missing;
}
