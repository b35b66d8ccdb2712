// The reading side of a result file: one parsed line of NDJSON -> a record, or why it is none. What load and
// soak write satisfies these types, but so may another tool's lines: only `kind` and a sample's `atMs` are
// asked for, everything else may be missing and is then `undefined`, which means "not measured", never 0.
// Nothing of a file is trusted: texts are cut, lists are bounded, and numbers are finite and not negative.

const MAX_TEXT = 500;
const MAX_ENTRIES = 200;

const latencyNames = ['count', 'minUs', 'p50Us', 'p90Us', 'p99Us', 'p999Us', 'maxUs', 'meanUs'] as const;
const countNames = [
  'connects',
  'reconnects',
  'reconnectsWithoutId',
  'published',
  'publishErrors',
  'delivered',
  'receivedBytes',
  'heartbeats',
] as const;
const streamSecondNames = ['wantedStreamSeconds', 'freshStreamSeconds'] as const;
const sampleNames = [
  'streamsUp',
  'streamsWanted',
  'repeatedTotal',
  'outOfOrderTotal',
  ...countNames,
  ...streamSecondNames,
] as const;
const generatorNames = ['cpuUs', 'privateBytes', 'loopDelayP99Us'] as const;
const serverNames = [
  'cpuUs',
  'privateBytes',
  'fileBytes',
  'kernelSocketBytes',
  'openFiles',
  'processes',
] as const;
const runtimeNames = ['heapUsedBytes', 'gcUs', 'loopDelayP99Us', 'fullCollections', 'keptHeapBytes'] as const;
const costNames = ['cpuUsPerEvent', 'privateBytesPerStream'] as const;
const machineNumberNames = ['cpus', 'memoryBytes', 'openFileLimit', 'localPorts'] as const;
const ledgerNames = [
  'expected',
  'delivered',
  'lost',
  'repeated',
  'outOfOrder',
  'late',
  'resumedReconnects',
  'lossyReconnects',
] as const;
const summaryNames = [
  'durationMs',
  'steadyFromMs',
  'streamsPeak',
  'connectsTotal',
  'reconnectsTotal',
  'reconnectsWithoutIdTotal',
  'publishedTotal',
  'publishErrorsTotal',
  'publishUnknownTotal',
  'deliveredTotal',
  'receivedBytesTotal',
  'heartbeatsTotal',
  'limitedIntervals',
  'limitedByServerIntervals',
  ...streamSecondNames,
] as const;
export const latencyKinds = [
  'latency',
  'connect',
  'head',
  'firstEvent',
  'reconnect',
  'silence',
  'heartbeatGap',
] as const;

type Numbers<Names extends readonly string[]> = { readonly [Name in Names[number]]: number | undefined };

/** Microseconds, on the scale of the histogram. */
export type Latency = Numbers<typeof latencyNames>;
export type GeneratorCost = Numbers<typeof generatorNames> & { readonly limited: boolean };
export type ServerCost = Numbers<typeof serverNames>;
export type RuntimeCost = Numbers<typeof runtimeNames>;
export type CostPerUnit = Numbers<typeof costNames>;
/** The most sockets of the server's port in each TCP state. */
export type SocketPeaks = { readonly socketPeaks: Entries<number> };
export type Ledger = Numbers<typeof ledgerNames> & { readonly exact: boolean };
export type Entries<Value> = readonly (readonly [name: string, value: Value])[];

export interface RunRecord {
  readonly kind: 'run';
  readonly tool: string;
  readonly version: string;
  readonly run: string;
  readonly startedAt: string;
  readonly url: string;
  readonly label: string | undefined;
  readonly options: Entries<unknown>;
  readonly machine: Numbers<typeof machineNumberNames> &
    Readonly<Record<'cpuModel' | 'kernel' | 'node', string>>;
}

export interface SampleRecord extends Numbers<typeof sampleNames> {
  readonly kind: 'sample';
  readonly atMs: number;
  readonly ends: Entries<number>;
  readonly latency: Latency | undefined;
  readonly latencyHistogram: string | undefined;
  readonly generator: GeneratorCost | undefined;
  readonly server: ServerCost | undefined;
  readonly limitedByServer: boolean;
  readonly runtime: RuntimeCost | undefined;
}

export type Latencies = Readonly<Record<(typeof latencyKinds)[number], Latency | undefined>>;

export interface SummaryRecord extends Numbers<typeof summaryNames>, Latencies {
  readonly kind: 'summary';
  readonly interrupted: boolean;
  readonly ends: Entries<number>;
  readonly publishErrorsByReason: Entries<number>;
  readonly latencyHistogram: string | undefined;
  readonly ledger: Ledger | undefined;
  readonly server: (ServerCost & CostPerUnit & SocketPeaks) | undefined;
  readonly generator: (GeneratorCost & CostPerUnit) | undefined;
  readonly runtime: RuntimeCost | undefined;
  readonly verdict: Verdict | undefined;
  /** Of a scenario: what faults cost, in words. */
  readonly proof: Entries<string>;
}

/** A fault of a scenario: drawn under the plots. */
export interface FaultRecord {
  readonly kind: 'fault';
  readonly name: string;
  readonly atMs: number;
  readonly untilMs: number | undefined;
  readonly detail: string;
  /** Why it was not made. */
  readonly notMade: string | undefined;
}

export interface Verdict {
  readonly outcome: string;
  readonly checks: readonly Readonly<Record<'objective' | 'outcome' | 'because', string>>[];
}

export type ResultRecord = RunRecord | SampleRecord | FaultRecord | SummaryRecord;

/** A record, or what is wrong with the line. */
export function readRecord(value: unknown): ResultRecord | { readonly problem: string } {
  if (!isObject(value)) return { problem: 'is no record' };
  if (value.kind === 'run') return readRun(value);
  if (value.kind === 'summary') return readSummary(value);
  if (value.kind === 'fault') return readFault(value);
  if (value.kind !== 'sample')
    return { problem: `is of no known kind: ${textOf(JSON.stringify(value.kind ?? null), 40)}` };
  const atMs = numberOf(value.atMs);
  return atMs === undefined ? { problem: 'is a sample without a time' } : readSample(value, atMs);
}

function readRun(from: Source): RunRecord {
  const options = objectOf(from.options);
  const machine = objectOf(from.machine);
  return {
    kind: 'run',
    tool: textOf(from.tool),
    version: textOf(from.version),
    run: textOf(from.run),
    startedAt: textOf(from.startedAt),
    url: textOf(from.url),
    label: textOf(from.label ?? options.label) || undefined,
    options: Object.entries(options)
      .slice(0, MAX_ENTRIES)
      .map(([name, value]) => [textOf(name), value]),
    machine: {
      ...numbersOf(machine, machineNumberNames),
      cpuModel: textOf(machine.cpuModel),
      kernel: textOf(machine.kernel),
      node: textOf(machine.node),
    },
  };
}

function readFault(from: Source): FaultRecord | { readonly problem: string } {
  const atMs = numberOf(from.atMs);
  if (atMs === undefined) return { problem: 'is a fault without a time' };
  return {
    kind: 'fault',
    name: textOf(from.name, 60),
    atMs,
    untilMs: numberOf(from.untilMs),
    detail: textOf(from.detail),
    notMade: textOf(from.problem) || undefined,
  };
}

function readSample(from: Source, atMs: number): SampleRecord {
  return {
    kind: 'sample',
    atMs,
    ...numbersOf(from, sampleNames),
    ends: countsOf(from.ends),
    latency: latencyOf(from.latency),
    latencyHistogram: histogramOf(from.latencyHistogram),
    generator: isObject(from.generator) ? generatorOf(from.generator) : undefined,
    server: isObject(from.server) ? numbersOf(from.server, serverNames) : undefined,
    limitedByServer: from.limitedByServer === true,
    runtime: isObject(from.runtime) ? numbersOf(from.runtime, runtimeNames) : undefined,
  };
}

function readSummary(from: Source): SummaryRecord {
  const { generator, server, ledger } = from;
  const latencies = latencyKinds.map((kind) => [kind, latencyOf(from[kind])] as const);
  return {
    kind: 'summary',
    ...numbersOf(from, summaryNames),
    ...(Object.fromEntries(latencies) as Latencies),
    interrupted: from.interrupted === true,
    ends: countsOf(from.ends),
    publishErrorsByReason: countsOf(from.publishErrorsByReason),
    latencyHistogram: histogramOf(from.latencyHistogram),
    // A ledger that does not say that it is exact is not.
    ledger: isObject(ledger)
      ? { ...numbersOf(ledger, ledgerNames), exact: ledger.exact === true }
      : undefined,
    server: isObject(server)
      ? { ...numbersOf(server, [...serverNames, ...costNames]), socketPeaks: countsOf(server.socketPeaks) }
      : undefined,
    generator: isObject(generator)
      ? { ...generatorOf(generator), ...numbersOf(generator, costNames) }
      : undefined,
    runtime: isObject(from.runtime) ? numbersOf(from.runtime, runtimeNames) : undefined,
    verdict: isObject(from.verdict) ? verdictOf(from.verdict) : undefined,
    proof: textsOf(from.proof),
  };
}

function verdictOf(from: Source): Verdict {
  const checks = Array.isArray(from.checks) ? from.checks.slice(0, MAX_ENTRIES).filter(isObject) : [];
  return {
    outcome: textOf(from.outcome),
    checks: checks.map((check) => ({
      objective: textOf(check.objective),
      outcome: textOf(check.outcome),
      because: textOf(check.because),
    })),
  };
}

type Source = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Source =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const objectOf = (value: unknown): Source => (isObject(value) ? value : {});

function numbersOf<const Names extends readonly string[]>(from: Source, names: Names): Numbers<Names> {
  return Object.fromEntries(names.map((name) => [name, numberOf(from[name])])) as Numbers<Names>;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function textOf(value: unknown, limit = MAX_TEXT): string {
  const text = typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '';
  return text.length > limit ? `${text.slice(0, limit)}...` : text;
}

const histogramOf = (value: unknown) => (typeof value === 'string' && value !== '' ? value : undefined);
const latencyOf = (value: unknown) => (isObject(value) ? numbersOf(value, latencyNames) : undefined);
const generatorOf = (from: Source) => ({
  ...numbersOf(from, generatorNames),
  limited: from.limited === true,
});

function countsOf(value: unknown): Entries<number> {
  const counts = Object.entries(objectOf(value)).slice(0, MAX_ENTRIES);
  return counts.flatMap(([name, count]) => {
    const number = numberOf(count);
    return number === undefined || number === 0 ? [] : [[textOf(name, 60), number] as const];
  });
}

function textsOf(value: unknown): Entries<string> {
  if (!Array.isArray(value)) return [];
  return value
    .slice(0, MAX_ENTRIES)
    .flatMap((row) => (Array.isArray(row) ? [[textOf(row[0], 120), textOf(row[1])] as const] : []));
}
