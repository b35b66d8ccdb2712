// One scenario from start to verdict: starts the hub and a proxy in front of it, opens streams through the proxy, publishes
// to the hub itself, makes the faults of the timeline, and judges what came of it. It prints nothing and writes no file.
//
//   hub <---publish--- publisher
//    ^
//   proxy <---streams--- generators        faults: on the proxy, on the process of the hub, on its disk, clock or network

import { parseDuration } from '../base/duration.ts';
import { FaultProxy } from '../chaos/proxy/fault-proxy.ts';
import { systemFaultKinds } from '../chaos/system/kinds.ts';
import { runLoad } from '../load/generator/load-run.ts';
import { holdfastTemplate } from '../load/generator/publish-template.ts';
import type { LoadOptions, RunHistory } from '../load/generator/run-options.ts';
import { parseRate } from '../load/pacing/schedule.ts';
import type { ResultRecord, SampleRecord, SummaryRecord } from '../load/result.ts';
import { availabilityOf, yearFigure } from './availability.ts';
import { checkHistory, type HistoryReport } from './check-history.ts';
import { childrenOf } from './children-of.ts';
import { FaultRunner } from './fault-runner.ts';
import { HubProcess } from './hub-process.ts';
import { proofOf, proofRows } from './proof.ts';
import type { Scenario } from './scenario-schema.ts';
import { type Occurrence, timelineOf } from './timeline.ts';
import type { ViolationKind } from './violations.ts';

const SAMPLE_MS = 1000;
const SLOW_BYTES_PER_SECOND = 1024;
/** Connections that were swallowed stay in the proxy beside those that took their place. */
const SPARE_CONNECTIONS = 4;

export interface ProveHooks {
  readonly onRecord: (record: ResultRecord) => void;
  readonly onNote: (text: string) => void;
  readonly signal: AbortSignal;
}

export interface ProveSettings {
  readonly version: string;
  /** Runtime and executable of `holdfast`. */
  readonly command: readonly string[];
}

/**
 * Runs a scenario to its end and answers its summary, with the verdict.
 *
 * @throws HoldfastError where it cannot be started; nothing is left then, nor after it.
 */
export async function runScenario(
  scenario: Scenario,
  { version, command }: ProveSettings,
  hooks: ProveHooks,
): Promise<SummaryRecord> {
  const timeline = timelineOf(scenario);
  const usesClock = timeline.some(({ name }) => name === 'clock-step');
  const hub = scenario.hub && (await HubProcess.start(command, scenario.hub, usesClock));
  let proxy: FaultProxy | undefined;
  try {
    proxy = await startProxy(scenario, timeline, hub);
    return await prove(scenario, timeline, version, hub, proxy, hooks);
  } finally {
    await proxy?.close();
    await hub?.remove();
  }
}

/** Why a scenario cannot be run here, in one line; undefined where it can. */
export function scenarioUnavailable(scenario: Scenario, hasWorkers: boolean): string | undefined {
  for (const { name, what, of } of timelineOf(scenario)) {
    const why =
      what.kind === 'system'
        ? systemFaultKinds.find(({ kind }) => kind === what.fault)?.needs?.()
        : undefined;
    if (why !== undefined) return `${name}: ${why}`;
    const needsWorkers = scenario.hub !== undefined && (of === 'worker' || name === 'deploy');
    if (needsWorkers && !hasWorkers) return `${name}: this version of the hub has no workers`;
  }
  return undefined;
}

async function startProxy(
  scenario: Scenario,
  timeline: readonly Occurrence[],
  hub: HubProcess | undefined,
): Promise<FaultProxy | undefined> {
  if (!timeline.some(({ what }) => what.kind === 'proxy')) return undefined;
  const { hostname, port } = new URL(hub?.url ?? scenario.target!.url);
  const upstream = { host: hostname, port: Number(port || 80) };
  const maxConnections = scenario.streams.count * SPARE_CONNECTIONS + 100;
  return FaultProxy.start({ host: '127.0.0.1', port: 0 }, upstream, { maxConnections });
}

async function prove(
  scenario: Scenario,
  timeline: readonly Occurrence[],
  version: string,
  hub: HubProcess | undefined,
  proxy: FaultProxy | undefined,
  hooks: ProveHooks,
): Promise<SummaryRecord> {
  const samples: SampleRecord[] = [];
  let history: RunHistory | undefined;
  let startMs = 0;
  const targetPid = scenario.target?.pid;
  const runner = new FaultRunner(
    {
      proxy,
      hub,
      pid: targetPid,
      workers: async () => (hub === undefined ? childrenOf(targetPid ?? 0) : childrenOf(hub.pid)),
    },
    (record) => {
      if (record.problem !== undefined) hooks.onNote(`${record.name} was not made: ${record.problem}`);
      hooks.onRecord(record);
    },
  );
  const controller = new AbortController();
  const signal = AbortSignal.any([hooks.signal, controller.signal]);
  let running: Promise<void> | undefined;
  let summary: SummaryRecord;
  try {
    summary = await runLoad(loadOptions(scenario, version, hub, proxy), {
      onRecord: (record) => {
        if (record.kind === 'sample') samples.push(record);
        hooks.onRecord(record.kind === 'run' ? { ...record, label: scenario.name } : record);
      },
      onNote: hooks.onNote,
      onLoad: (atMs) => {
        startMs = atMs;
        running = runner.run(timeline, atMs, signal);
      },
      onHistory: (given) => {
        history = given;
      },
      signal: hooks.signal,
    });
  } finally {
    controller.abort();
    await running;
    await runner.end();
  }
  const steady = samples.filter(({ atMs }) => atMs > startMs);
  const facts = {
    scenario,
    samples: steady,
    history: history && checkHistory(history.published, history.seen),
    faults: runner.records,
    faultsPlanned: timeline.length,
    availability: availabilityOf(
      steady,
      runner.records.filter(({ problem }) => problem === undefined).toSorted((a, b) => a.atMs - b.atMs),
      0,
    ),
    interrupted: summary.interrupted,
    unexpectedEnd: hub?.unexpectedEnd,
  };
  const proof = proofRows(facts, yearFigure(facts.availability, scenario.expected));
  return { ...summary, ledger: ledgerOf(summary, facts.history), verdict: proofOf(facts), proof };
}

/** The ledger without its doubt: what became of publishes without an answer it cannot know, and the history does. */
function ledgerOf({ ledger }: SummaryRecord, history: HistoryReport | undefined): SummaryRecord['ledger'] {
  if (ledger === undefined || history === undefined) return ledger;
  const countOf = (...kinds: readonly ViolationKind[]) =>
    history.violations.reduce((sum, { kind, count }) => sum + (kinds.includes(kind) ? count : 0), 0);
  const lost = countOf('lost', 'not for all') + history.told;
  const { late, resumedReconnects, lossyReconnects } = ledger;
  return {
    expected: history.owed,
    delivered: history.owed - lost,
    lost,
    repeated: countOf('repeated'),
    outOfOrder: countOf('out of order'),
    late,
    exact: history.isWhole,
    // Without a loss no reconnect had one: what it seemed to miss was never taken.
    resumedReconnects: lost === 0 ? resumedReconnects + lossyReconnects : resumedReconnects,
    lossyReconnects: lost === 0 ? 0 : lossyReconnects,
  };
}

function loadOptions(
  scenario: Scenario,
  version: string,
  hub: HubProcess | undefined,
  proxy: FaultProxy | undefined,
): LoadOptions {
  const { streams, traffic, duration, settle, target } = scenario;
  const base = hub === undefined ? target!.url : `${hub.url}/stream?topic={topic}`;
  const publishUrl = hub === undefined ? target!.publish : `${hub.url}/publish`;
  const { ramp } = streams;
  return {
    tool: 'prove',
    version,
    url: proxy === undefined ? base : throughProxy(base, proxy),
    streams: streams.count,
    rampMs: ramp.includes('/') ? (streams.count / parseRate(ramp)) * 1000 : parseDuration(ramp),
    durationMs: duration,
    settleMs: settle,
    sampleMs: SAMPLE_MS,
    headers: [],
    topics: { name: streams['topic-name'], count: streams.topics },
    sources: [],
    reconnects: true,
    slowShare: streams.slow ?? 0,
    slowBytesPerSecond: streams['slow-rate'] ?? SLOW_BYTES_PER_SECOND,
    churnPerSecond: 0,
    churnKind: 'fin',
    connectTimeoutMs: 10_000,
    heartbeatMs: scenario.hub?.heartbeat ?? target!.heartbeat,
    silenceTimeoutMs: streams['silence-timeout'],
    keepsHistory: true,
    publish: {
      schedule: traffic.rate,
      payloadBytes: traffic.payload,
      template:
        typeof publishUrl === 'string'
          ? holdfastTemplate(publishUrl, {})
          : { ...publishUrl, isBatched: false },
    },
    pid: hub?.pid ?? target?.pid,
    metricsUrl: undefined,
    objectives: [],
  };
}

/** The same path at the proxy. By text: URL would encode the braces of `{topic}`. */
function throughProxy(url: string, proxy: FaultProxy): string {
  const { host, port } = proxy.address;
  return url.replace(/^(http:\/\/)[^/]+/, `$1${host}:${port}`);
}
