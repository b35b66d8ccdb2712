// One run from start to end: preflight, processes, ramp, publishing, samples, settling, summary. It prints nothing and
// writes no file; records and notes go to whoever started it.
//
//   probe -> fork -> plan -> ramp ------> publish, sample each interval -----> settle -> stop -> summary
//                                \_ aborted: straight to settling, and the summary says `interrupted`
//
// The file is long because it is that one sequence: what each step measures and counts is in files of its own.

import { randomBytes } from 'node:crypto';
import { availableMemory } from 'node:process';
import { redact, redactText } from '../../base/redact.ts';
import { nowUs } from '../clock.ts';
import type { LedgerTotals } from '../ledger/ledger.ts';
import { sumLosses } from '../ledger/loss-blocks.ts';
import { PublishTimes } from '../ledger/publish-times.ts';
import { readMachineFacts } from '../machine.ts';
import { MetricsReader } from '../probe/metrics-reader.ts';
import { RuntimeTotals } from '../probe/runtime-totals.ts';
import { ServerProbe } from '../probe/server-probe.ts';
import type { LossBlocks, MachineFacts, RunRecord, SampleRecord, SummaryRecord } from '../result.ts';
import type { TransportTarget } from '../stream/transport.ts';
import { VerdictCollector } from '../verdict/verdict.ts';
import { Child } from './child.ts';
import { generatorPlans } from './generator-plans.ts';
import type {
  FromGenerator,
  FromPublisher,
  GeneratorPlan,
  PublishCounts,
  ToGenerator,
  ToPublisher,
} from './messages.ts';
import { OwnCost } from './own-cost.ts';
import { planRun } from './preflight.ts';
import { checkSources, probeConnection, probeStream, resolveTarget } from './probe-target.ts';
import { publishNotes } from './publish-notes.ts';
import type { LoadHooks, LoadOptions } from './run-options.ts';
import { RunTotals, sumLedgers } from './run-totals.ts';
import { streamPath, topicsOf } from './topics.ts';

const RAMP_GRACE_MS = 10_000;
const RAMP_CHECK_MS = 200;
const PUBLISHER_DRAIN_MS = 10_000;
const SETTLE_CHECK_MS = 250;
const LATE_MS = 1000;

/**
 * Runs a load to its end and answers its summary.
 *
 * @throws HoldfastError ERR_UNREACHABLE, ERR_NOT_A_STREAM, ERR_LIMIT, ERR_USAGE before anything is started;
 * ERR_GENERATOR_LOST when a process of the tool dies. Aborted before the first record, it fails too; after it, it ends with
 * a summary. No process is left behind in any case.
 */
export async function runLoad(options: LoadOptions, hooks: LoadHooks): Promise<SummaryRecord> {
  const url = new URL(options.url);
  const target = await resolveTarget(url);
  const machine = readMachineFacts();
  const path = streamPath(url, options.topics, 0);
  await probeStream(target, url.host, path, options.headers, options.connectTimeoutMs, hooks.signal);
  const publishTarget = await findPublishTarget(options, hooks.signal);
  const preflight = planRun(options.streams, machine, target, options.sources, availableMemory());
  await checkSources(preflight.sources);
  for (const note of [...preflight.notes, ...notesOn(options, url)]) hooks.onNote(note);
  const run = newRunName();
  const plans = generatorPlans(options, run, target, preflight.sources, preflight.processes);
  const load = new LoadRun(options, hooks, plans, runRecord(options, machine, run), publishTarget);
  try {
    return await load.run();
  } finally {
    await load.end();
  }
}

/** Where publishes go, found to be there; nothing is published yet. */
async function findPublishTarget(
  { publish, connectTimeoutMs }: LoadOptions,
  signal: AbortSignal,
): Promise<TransportTarget | undefined> {
  if (publish === undefined) return undefined;
  const url = new URL(publish.template.url);
  const target = await resolveTarget(url);
  await probeConnection(target, url.host, connectTimeoutMs, signal);
  return target;
}

class LoadRun {
  readonly #options: LoadOptions;
  readonly #hooks: LoadHooks;
  readonly #plans: readonly GeneratorPlan[];
  readonly #run: RunRecord;
  readonly #publishTarget: TransportTarget | undefined;
  readonly #generators: readonly Child<ToGenerator, FromGenerator>[];
  readonly #publisher: Child<ToPublisher, FromPublisher> | undefined;
  readonly #totals: RunTotals;
  readonly #verdict: VerdictCollector;
  readonly #cost = new OwnCost();
  readonly #probe: ServerProbe | undefined;
  readonly #metrics: MetricsReader | undefined;
  readonly #runtime = new RuntimeTotals(Math.max);
  readonly #startedMs = performance.now();
  readonly #startedUs = nowUs();
  #publishSpan = { startUs: 0, endUs: 0 };
  #counts: PublishCounts | undefined;
  #nextSampleMs: number;
  #streamsUp = 0;
  #streamsGone = 0;
  #isPublishing = false;

  constructor(
    options: LoadOptions,
    hooks: LoadHooks,
    plans: readonly GeneratorPlan[],
    run: RunRecord,
    publishTarget: TransportTarget | undefined,
  ) {
    this.#options = options;
    this.#hooks = hooks;
    this.#plans = plans;
    this.#run = run;
    this.#publishTarget = publishTarget;
    this.#totals = new RunTotals(options.streams);
    this.#verdict = new VerdictCollector(options.objectives, options.sampleMs);
    const { pid, metricsUrl: metrics, sampleMs } = options;
    this.#probe = pid === undefined ? undefined : new ServerProbe({ pid, port: plans[0]!.target.port });
    this.#metrics =
      metrics === undefined
        ? undefined
        : new MetricsReader({ url: metrics, sampleMs, onProblem: (text) => hooks.onNote(text) });
    this.#nextSampleMs = options.sampleMs;
    this.#generators = plans.map(() => new Child('generator-process'));
    this.#publisher = options.publish && new Child('publisher-process');
  }

  async run(): Promise<SummaryRecord> {
    const [server] = await Promise.all([this.#probe?.read(), this.#metrics?.read()]);
    const ready = await orAborted(
      Promise.all(this.#generators.map((child, i) => child.ask({ kind: 'plan', plan: this.#plans[i]! }))),
      this.#hooks.signal,
    );
    this.#hooks.onRecord(this.#run);
    const ownBytes = ready.reduce(
      (sum, answer) => sum + (answer.kind === 'ready' ? answer.privateBytes : 0),
      0,
    );
    this.#totals.setBaseline(ownBytes + this.#cost.take().privateBytes, server);
    for (const child of this.#generators) child.tell({ kind: 'start' });
    await this.#ramp();
    await this.#load();
    const published = this.#counts?.publishedByTopic ?? [];
    const settled = await this.#settle(published);
    const { ledgers, losses } = await this.#placeLosses(settled, published);
    // All streams are still there: at least this sample counts the server's sockets, however large the table is.
    await this.#sample(true);
    if (this.#options.keepsHistory === true && this.#publisher !== undefined) await this.#takeHistory();
    await this.#stopGenerators();
    const { signal } = this.#hooks;
    this.#tellEnds();
    const unclear = (this.#counts?.unknown ?? 0) + this.#totals.oversized;
    const ledger = this.#options.publish && { ...sumLedgers(ledgers, unclear), losses };
    const summary = {
      ...this.#totals.summary(this.#elapsedMs, signal.aborted, ledger),
      runtime: this.#runtime.figures,
    };
    const verdict = this.#options.objectives.length === 0 ? undefined : this.#verdict.conclude(summary);
    return { ...summary, verdict };
  }

  /** Ends every process, also after a failure in the middle. */
  async end(): Promise<void> {
    this.#cost.stop();
    this.#metrics?.end();
    await Promise.all([...this.#generators, this.#publisher].map((child) => child?.end()));
  }

  get #elapsedMs(): number {
    return performance.now() - this.#startedMs;
  }

  get #isShortRamp(): boolean {
    return this.#options.rampMs <= 1000;
  }

  async #ramp(): Promise<void> {
    const { streams, rampMs } = this.#options;
    const giveUpMs = this.#elapsedMs + rampMs + RAMP_GRACE_MS;
    const isDone = () => this.#streamsUp + this.#streamsGone >= streams;
    while (!isDone() && this.#elapsedMs < giveUpMs && !this.#hooks.signal.aborted) {
      await this.#wait(RAMP_CHECK_MS);
      // Seen only in a sample, so samples come more often here; their intervals are what they are.
      await this.#sampleIfDue(true);
    }
    // Aborted in the ramp, there is no steady part.
    if (!this.#hooks.signal.aborted) {
      // A short ramp has just ended with one.
      if (!this.#isShortRamp) await this.#sample();
      this.#totals.beginSteady(this.#elapsedMs);
    }
    if (this.#streamsUp < streams)
      this.#hooks.onNote(`${this.#streamsUp} of ${streams} streams are up after the ramp`);
  }

  async #load(): Promise<void> {
    const { durationMs, publish, topics } = this.#options;
    const untilMs = this.#elapsedMs + durationMs;
    for (const child of this.#generators) child.tell({ kind: 'churn', isOn: true });
    this.#hooks.onLoad?.(this.#elapsedMs);
    if (publish !== undefined) {
      const { schedule, payloadBytes, template: request } = publish;
      this.#isPublishing = true;
      const startUs = nowUs();
      this.#publishSpan = { startUs, endUs: startUs + durationMs * 1000 };
      this.#publisher!.tell({
        kind: 'start',
        plan: {
          run: this.#run.run,
          target: this.#publishTarget!,
          ...{ topics, schedule, durationMs, payloadBytes, request },
          keepsHistory: this.#options.keepsHistory === true,
        },
      });
    }
    while (this.#elapsedMs < untilMs && !this.#hooks.signal.aborted) {
      await this.#wait(Math.min(this.#nextSampleMs, untilMs) - this.#elapsedMs);
      await this.#sampleIfDue();
    }
    for (const child of this.#generators) child.tell({ kind: 'churn', isOn: false });
    // Interrupted, it is shorter than was planned.
    const { startUs, endUs } = this.#publishSpan;
    this.#publishSpan = { startUs, endUs: Math.min(endUs, nowUs()) };
    if (publish !== undefined) await this.#stopPublisher();
  }

  async #stopPublisher(): Promise<void> {
    // Aborted, it drops what is queued; else it has to send what was due before the end.
    if (this.#hooks.signal.aborted) this.#publisher!.tell({ kind: 'stop' });
    const giveUpMs = this.#elapsedMs + PUBLISHER_DRAIN_MS;
    await this.#readCounts();
    while (!this.#counts!.isDone && this.#elapsedMs < giveUpMs) {
      await this.#wait(SETTLE_CHECK_MS);
      await this.#readCounts();
    }
    if (!this.#counts!.isDone) {
      this.#publisher!.tell({ kind: 'give up' });
      await this.#readCounts();
    }
    for (const note of publishNotes(this.#counts!)) this.#hooks.onNote(note);
  }

  /**
   * Waits until nothing is missing and nothing more comes, at most `settleMs`; then a moment more for what is late.
   */
  async #settle(published: readonly number[]): Promise<LedgerTotals[]> {
    const untilMs = this.#elapsedMs + this.#options.settleMs;
    let before = -1;
    for (;;) {
      const totals = await this.#askTotals(published, false);
      const arrived = totals.reduce((sum, { delivered, repeated }) => sum + delivered + repeated, 0);
      const isQuiet = arrived === before && totals.every(({ lost }) => lost === 0);
      if (isQuiet || this.#elapsedMs >= untilMs) break;
      before = arrived;
      await this.#wait(SETTLE_CHECK_MS);
      await this.#sampleIfDue();
    }
    const settled = await this.#askTotals(published, true);
    if (settled.every(({ lost }) => lost === 0)) return settled;
    await this.#wait(LATE_MS);
    return this.#askTotals(published, false);
  }

  /** When the lost events were due. What one process did not get, another may have, and knows its time. */
  async #placeLosses(
    ledgers: readonly LedgerTotals[],
    published: readonly number[],
  ): Promise<{ ledgers: readonly LedgerTotals[]; losses: LossBlocks | undefined }> {
    if (ledgers.every(({ lost }) => lost === 0)) return { ledgers, losses: undefined };
    const times = new PublishTimes();
    for (const child of this.#generators) {
      const answer = await child.ask({ kind: 'times' });
      if (answer.kind === 'times') times.add(answer.times);
    }
    const question = { published, times: times.known(), span: this.#publishSpan };
    const asked = await Promise.all(
      this.#generators.map((child) => child.ask({ kind: 'losses', ...question })),
    );
    // With the totals of the same moment: something may have come since.
    const answers = asked.filter((answer) => answer.kind === 'losses');
    return {
      ledgers: answers.map(({ totals }) => totals),
      losses: sumLosses(
        answers.map(({ blocks }) => blocks),
        times.blockUs,
        this.#startedUs,
      ),
    };
  }

  async #askTotals(published: readonly number[], settles: boolean): Promise<LedgerTotals[]> {
    const answers = await Promise.all(
      this.#generators.map((child) => child.ask({ kind: 'totals', published, settles })),
    );
    return answers.map((answer) => (answer as FromGenerator & { kind: 'totals' }).totals);
  }

  async #stopGenerators(): Promise<void> {
    const answers = await Promise.all(this.#generators.map((child) => child.ask({ kind: 'stop' })));
    for (const answer of answers) if (answer.kind === 'stopped') this.#totals.addLast(answer);
  }

  async #takeHistory(): Promise<void> {
    const [published, ...seen] = await Promise.all([
      this.#publisher!.ask({ kind: 'history' }),
      ...this.#generators.map((child) => child.ask({ kind: 'history' })),
    ]);
    if (published.kind !== 'history') return;
    this.#hooks.onHistory?.({
      published: published.history,
      seen: seen.flatMap((answer) => (answer.kind === 'history' ? [answer.history] : [])),
    });
  }

  async #sampleIfDue(isRamping = false): Promise<void> {
    if ((isRamping && this.#isShortRamp) || this.#elapsedMs >= this.#nextSampleMs) await this.#sample();
  }

  async #sample(countsSockets = false): Promise<void> {
    const atMs = this.#elapsedMs;
    const published = this.#counts?.publishedByTopic ?? [];
    const answers = await Promise.all(
      this.#generators.map((child) => child.ask({ kind: 'sample', published })),
    );
    const samples = answers.map((answer) => (answer as FromGenerator & { kind: 'sample' }).sample);
    if (this.#isPublishing) await this.#readCounts();
    const [server, runtime] = await Promise.all([this.#probe?.read(countsSockets), this.#metrics?.read()]);
    const counted = this.#totals.add(atMs, samples, this.#counts, this.#cost.take(), server);
    const record: SampleRecord = { ...counted, runtime };
    this.#runtime.add(runtime);
    if (this.#counts !== undefined) this.#counts = { ...this.#counts, latestSendUs: 0, heldUs: 0 };
    this.#streamsUp = record.streamsUp;
    this.#streamsGone = samples.reduce((sum, sample) => sum + sample.streamsGone, 0);
    this.#verdict.add(record);
    this.#hooks.onRecord(record);
    while (this.#nextSampleMs <= this.#elapsedMs) this.#nextSampleMs += this.#options.sampleMs;
  }

  /** What people want to know of a run that went wrong: why streams ended, in the words of one. */
  #tellEnds(): void {
    for (const [kind, example] of Object.entries(this.#totals.endExamples)) {
      if (kind !== 'own') this.#hooks.onNote(`Streams ended as ${kind}, such as: ${example}`);
    }
    const { oversized, heldIntervals } = this.#totals;
    if (heldIntervals > 0)
      this.#hooks.onNote(`In ${heldIntervals} intervals the server kept publishes from being sent when due`);
    if (oversized > 0)
      this.#hooks.onNote(`${oversized} events were too large for this tool, and count as lost`);
  }

  async #readCounts(): Promise<void> {
    const answer = await this.#publisher!.ask({ kind: 'counts' });
    if (answer.kind !== 'counts') return;
    const { waived, latestSendUs, heldUs } = answer.counts;
    // They are of the time since the last counts, and samples are fewer than counts.
    this.#counts = {
      ...answer.counts,
      latestSendUs: Math.max(latestSendUs, this.#counts?.latestSendUs ?? 0),
      heldUs: Math.max(heldUs, this.#counts?.heldUs ?? 0),
    };
    if (waived.length > 0)
      for (const child of this.#generators) child.tell({ kind: 'waive', ranges: waived });
  }

  /** At least a moment, at most `ms`, and no longer than until the run is aborted. */
  #wait(ms: number): Promise<void> {
    const { signal } = this.#hooks;
    return new Promise((resolve) => {
      const timer = setTimeout(done, Math.max(ms, 1));
      signal.addEventListener('abort', done, { once: true });
      function done() {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      }
    });
  }
}

/** Many processes take long to start; whoever has changed their mind need not wait for them. @throws the signal's reason. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
    // Lost by the end of the processes, when nobody waits for them any more.
    promise.catch(() => {});
  }
}

function runRecord(options: LoadOptions, machine: MachineFacts, run: string): RunRecord {
  const { tool, version, url, objectives, ...rest } = options;
  const slo = objectives.map((objective) => objective.text).join(',');
  return {
    kind: 'run',
    tool,
    version,
    run,
    startedAt: new Date().toISOString(),
    url: redactText(url),
    options: redact({ ...rest, slo }) as RunRecord['options'],
    machine,
  };
}

function notesOn({ publish, topics }: LoadOptions, url: URL): string[] {
  if (publish === undefined || topics.count === 1 || topicsOf(url, topics, 0).length === 1) return [];
  return [
    `Every stream is owed the events of all ${topics.count} topics; {topic} in the URL gives each one of them`,
  ];
}

/** Six characters that stamps carry. */
function newRunName(): string {
  return randomBytes(6).reduce((text, byte) => text + (byte % 36).toString(36), '');
}
