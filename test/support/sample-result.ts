// A result file as `holdfast load` would write it, made up from a seed: for tests and pictures of reports.

import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';
import type {
  LatencyFigures,
  ResultRecord,
  RunRecord,
  SampleRecord,
  SummaryRecord,
} from '../../src/load/result.ts';
import { seededRandom } from './seeded-random.ts';

export interface SampleRun {
  readonly seed: number;
  readonly url: string;
  readonly seconds: number;
  readonly streams: number;
  readonly publishedPerSecond: number;
  readonly medianMs: number;
  /** Standard deviation of the latency's logarithm. */
  readonly spread: number;
  readonly cpuUsPerEvent: number;
  readonly bytesPerStream: number;
  /** Seconds in which the server stands still. */
  readonly stall?: readonly [from: number, to: number];
  /** Seconds in which the load generator was late. */
  readonly limited?: readonly [from: number, to: number];
  /** The second in which a tenth of the streams is reset. */
  readonly resetAt?: number;
  /** Latencies that are really put into an interval's histogram. */
  readonly drawn?: number;
}

export const calmRun: SampleRun = {
  seed: 1,
  url: 'http://127.0.0.1:8080/stream?topic=load/*',
  seconds: 300,
  streams: 15_000,
  publishedPerSecond: 7,
  medianMs: 11,
  spread: 0.42,
  cpuUsPerEvent: 2.1,
  bytesPerStream: 3500,
};

const RAMP_SECONDS = 20;
const MIB = 1024 * 1024;

export function sampleRecords(shape: SampleRun): ResultRecord[] {
  const random = seededRandom(shape.seed);
  const all = histogram();
  const samples = Array.from({ length: shape.seconds }, (_, i) => sampleOf(shape, i + 1, random, all));
  return [runOf(shape), ...samples, summaryOf(shape, samples, all)];
}

export const ndjson = (records: readonly unknown[]) =>
  records.map((record) => `${JSON.stringify(record)}\n`).join('');

const histogram = () =>
  build({ lowestDiscernibleValue: 1, highestTrackableValue: 3.6e9, numberOfSignificantValueDigits: 3 });

function sampleOf(shape: SampleRun, second: number, random: () => number, all: Histogram): SampleRecord {
  const { streams, publishedPerSecond, stall, limited, resetAt } = shape;
  const share = Math.min(second / RAMP_SECONDS, 1);
  const sinceReset = resetAt === undefined ? -1 : second - resetAt;
  const lostShare = sinceReset >= 0 ? 0.1 * Math.exp(-sinceReset / 1.5) : 0;
  const streamsUp = Math.round(streams * share * (1 - lostShare));
  const isStalled = stall !== undefined && second > stall[0] && second <= stall[1];
  const isAfterStall = stall !== undefined && second === stall[1] + 1;
  const delivered = isStalled
    ? 0
    : Math.round(streamsUp * publishedPerSecond * (isAfterStall ? 3 : 1) * (0.99 + random() * 0.02));
  const isLimited = limited !== undefined && second > limited[0] && second <= limited[1];
  const own = histogram();
  const drawn = isStalled ? 0 : (shape.drawn ?? 2000);
  const wave = 1 + 0.18 * Math.sin(second / 17) + (isLimited ? 0.5 : 0);
  for (let i = 0; i < drawn; i++) {
    const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const tail = random() < 0.002 ? 1 + 5 * random() : 1;
    const queued = isAfterStall ? 1000 * (stall[1] - stall[0]) * random() : 0;
    const us = (shape.medianMs * wave * Math.exp(normal * shape.spread) * tail + queued) * 1000;
    own.recordValueWithCount(Math.max(Math.round(us), 1), Math.max(Math.round(delivered / drawn), 1));
  }
  all.add(own);
  const reconnected = sinceReset === 0 ? Math.round(streams * 0.1) : 0;
  return {
    kind: 'sample',
    atMs: second * 1000 + Math.round(random() * 4),
    streamsUp,
    streamsWanted: Math.round(streams * share),
    connects: second <= RAMP_SECONDS ? Math.round(streams / RAMP_SECONDS) : 0,
    reconnects:
      sinceReset > 0 && sinceReset < 6 ? Math.round(streams * 0.1 * Math.exp(-sinceReset / 1.5) * 0.95) : 0,
    published: publishedPerSecond,
    publishErrors: 0,
    delivered,
    receivedBytes: delivered * 148,
    heartbeats: Math.round((streamsUp / 15) * random() * 0.1),
    ends: {
      ...(reconnected > 0 ? { reset: reconnected } : {}),
      ...(random() < 0.02 ? { truncated: 1 } : {}),
    },
    latency: drawn === 0 ? undefined : figuresOf(own),
    latencyHistogram: drawn === 0 ? undefined : encodeIntoCompressedBase64(own),
    repeatedTotal: 0,
    outOfOrderTotal: 0,
    wantedStreamSeconds: streams * share,
    freshStreamSeconds: streamsUp,
    generator: {
      cpuUs: Math.round(delivered * 1.6 + 15_000),
      privateBytes: Math.round(64 * MIB + streamsUp * 2900),
      loopDelayP99Us: isLimited ? 42_000 : Math.round(1500 + random() * 800),
      limited: isLimited,
    },
    server: {
      cpuUs: Math.round(delivered * shape.cpuUsPerEvent * (0.95 + random() * 0.1) + 9000),
      privateBytes: Math.round(52 * MIB + streamsUp * shape.bytesPerStream + (second % 23) * 0.35 * MIB),
      fileBytes: 31 * MIB,
      kernelSocketBytes: Math.round(delivered * 90 * (0.8 + random() * 0.4)),
      openFiles: streamsUp + 41,
      processes: 3,
    },
  };
}

function figuresOf(from: Histogram): LatencyFigures {
  const at = (percentile: number) => from.getValueAtPercentile(percentile);
  const percentiles = { p50Us: at(50), p90Us: at(90), p99Us: at(99), p999Us: at(99.9) };
  return {
    count: from.totalCount,
    minUs: from.minNonZeroValue,
    maxUs: from.maxValue,
    meanUs: from.mean,
    ...percentiles,
  };
}

function runOf({ seed, url, seconds, streams, publishedPerSecond }: SampleRun): RunRecord {
  return {
    kind: 'run',
    tool: 'load',
    version: '0.1.0',
    run: `run-${seed}`,
    startedAt: '2026-05-12T10:15:00.000Z',
    url,
    options: {
      ...{
        streams,
        rampMs: RAMP_SECONDS * 1000,
        durationMs: seconds * 1000,
        rate: publishedPerSecond,
        payloadBytes: 64,
      },
      headers: ['Authorization: Bearer of-nobody'],
    },
    machine: {
      ...{
        cpuModel: 'AMD EPYC 7763',
        cpus: 2,
        memoryBytes: 24 * 1024 * MIB,
        kernel: 'Linux 6.12.9',
        node: '24.21.0',
      },
      ...{ openFileLimit: 20_000, localPorts: 28_232 },
    },
  };
}

function summaryOf(shape: SampleRun, samples: readonly SampleRecord[], all: Histogram): SummaryRecord {
  const sum = (read: (sample: SampleRecord) => number) =>
    samples.reduce((total, sample) => total + read(sample), 0);
  const delivered = sum((sample) => sample.delivered);
  const cpuUs = sum((sample) => sample.server!.cpuUs);
  const ownCpuUs = sum((sample) => sample.generator.cpuUs);
  const latency = figuresOf(all);
  const last = samples.at(-1)!;
  const scaled = (factor: number): LatencyFigures => ({
    ...latency,
    ...{ count: shape.streams, minUs: 90, p50Us: 400 * factor, p90Us: 900 * factor, p99Us: 2400 * factor },
    ...{ p999Us: 5100 * factor, maxUs: 9800 * factor, meanUs: 512 * factor },
  });
  const reconnects = sum((sample) => sample.reconnects);
  const p99Ms = Math.round(latency.p99Us / 100) / 10;
  return {
    kind: 'summary',
    durationMs: last.atMs,
    interrupted: false,
    streamsPeak: shape.streams,
    connectsTotal: sum((sample) => sample.connects),
    reconnectsTotal: reconnects,
    publishedTotal: sum((sample) => sample.published),
    publishErrorsTotal: 0,
    deliveredTotal: delivered,
    receivedBytesTotal: delivered * 148,
    heartbeatsTotal: sum((sample) => sample.heartbeats),
    ends: {
      own: shape.streams,
      reset: sum((sample) => sample.ends.reset ?? 0),
      truncated: sum((sample) => sample.ends.truncated ?? 0),
    },
    connect: scaled(1),
    head: scaled(1.7),
    firstEvent: scaled(70),
    latency,
    latencyHistogram: encodeIntoCompressedBase64(all),
    reconnect: reconnects > 0 ? scaled(900) : undefined,
    silence: scaled(380),
    heartbeatGap: scaled(310),
    ledger: {
      ...{ expected: delivered, delivered, lost: 0, repeated: 0, outOfOrder: 0, late: 0, exact: true },
      ...{ resumedReconnects: reconnects, lossyReconnects: 0 },
    },
    wantedStreamSeconds: sum((sample) => sample.wantedStreamSeconds),
    freshStreamSeconds: sum((sample) => sample.freshStreamSeconds),
    limitedIntervals: samples.filter((sample) => sample.generator.limited).length,
    server: {
      ...last.server!,
      cpuUs,
      cpuUsPerEvent: cpuUs / delivered,
      privateBytesPerStream: shape.bytesPerStream,
    },
    generator: {
      ...last.generator,
      cpuUs: ownCpuUs,
      cpuUsPerEvent: ownCpuUs / delivered,
      privateBytesPerStream: 2900,
    },
    verdict: {
      outcome: p99Ms <= 250 ? 'pass' : 'fail',
      checks: [
        {
          objective: 'delivery>=99.99%',
          outcome: 'pass',
          because: `0 of ${delivered} lost; at most 0.000015 % at 95 % (Clopper-Pearson), 0.01 % allowed`,
        },
        {
          objective: 'latency.p99<=250ms',
          outcome: p99Ms <= 250 ? 'pass' : 'fail',
          because: `p99 of ${latency.count} deliveries is ${p99Ms} ms, 250 ms allowed`,
        },
      ],
    },
  };
}
