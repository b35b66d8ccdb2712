// One generator process's streams: opens them along the ramp, brings them back as a browser would, and counts
// what they get. It is told what to do and asked what was seen; it decides nothing about the run.
// The file is long because everything in it happens to the same set of streams: ramp, reconnects, churn and ledger each
// change what the others see.

import { CONTROL_TYPE } from '../../wire/index.ts';
import { nowUs } from '../clock.ts';
import { readGap } from '../history/read-gap.ts';
import type { SeenHistory } from '../history/seen.ts';
import { SeenRecorder } from '../history/seen-recorder.ts';
import { Ledger, type LedgerTotals } from '../ledger/ledger.ts';
import type { BlockCount } from '../ledger/loss-blocks.ts';
import { type KnownTimes, type PublishSpan, PublishTimes } from '../ledger/publish-times.ts';
import { readStamp, type Stamp } from '../stamp.ts';
import { LatencyHistogram } from '../statistics/histogram.ts';
import {
  LoadStream,
  type StreamEnd,
  type StreamObserver,
  type StreamSettings,
} from '../stream/load-stream.ts';
import { openTransport } from '../stream/open-transport.ts';
import { planReconnect } from '../stream/reconnect.ts';
import type { OpenTransport } from '../stream/transport.ts';
import { isSlowStream } from './generator-plans.ts';
import type { GeneratorPlan, GeneratorSample } from './messages.ts';
import { OwnCost } from './own-cost.ts';
import { ReconnectQueue } from './reconnect-queue.ts';
import { SourcePorts } from './source-ports.ts';
import { Tallies } from './tallies.ts';
import { streamPath, topicsOf } from './topics.ts';

const STEP_MS = 20;
const TICK_MS = 1000;

/** What is known of a stream between its connections. */
interface Client {
  readonly stream: LoadStream;
  readonly isSlow: boolean;
  failures: number;
  /** When the last connection ended, while the next has not brought a head; 0 otherwise. */
  endedUs: number;
  hadHead: boolean;
  /** The tool itself has cut it off and it has not tried again yet. */
  isAway: boolean;
}

export class Generator implements StreamObserver {
  readonly #plan: GeneratorPlan;
  readonly #clients: Client[] = [];
  readonly #ledger = new Ledger();
  readonly #times = new PublishTimes();
  readonly #recorder: SeenRecorder | undefined;
  readonly #tallies = new Tallies();
  readonly #cost = new OwnCost();
  readonly #queue = new ReconnectQueue<Client>();
  readonly #topicsByStream: readonly (readonly number[])[];
  #timer: NodeJS.Timeout | undefined;
  #startedUs = 0;
  #opened = 0;
  #lastTickUs = 0;
  #lastSampleUs = 0;
  #churnFromUs: number | undefined;
  #churned = 0;
  #churnNext = 0;
  #up = 0;
  #gone = 0;
  #away = 0;
  #wantedUs = 0;
  #freshUs = 0;
  #isStopping = false;

  constructor(plan: GeneratorPlan) {
    this.#plan = plan;
    const url = new URL(plan.url);
    const isHost = ([name]: readonly [string, string]) => name.toLowerCase() === 'host';
    const settings: StreamSettings = {
      target: plan.target,
      openTransport: plan.sources.length === 0 ? openTransport : openFrom(plan),
      // Behind what ends TLS a server may need the name that it is known by.
      host: plan.headers.find(isHost)?.[1] ?? url.host,
      headers: plan.headers.filter((header) => !isHost(header)),
      connectTimeoutMs: plan.connectTimeoutMs,
      headTimeoutMs: plan.connectTimeoutMs,
      silenceTimeoutMs: plan.silenceTimeoutMs,
    };
    this.#recorder = plan.keepsHistory ? new SeenRecorder(plan.firstStream) : undefined;
    const topics: (readonly number[])[] = [];
    for (let index = 0; index < plan.streams; index++) {
      const global = plan.firstStream + index;
      const isSlow = isSlowStream(global, plan.slowShare);
      const stream = new LoadStream(settings, this, {
        index,
        path: streamPath(url, plan.topics, global),
        readBytesPerSecond: isSlow ? plan.slowBytesPerSecond : undefined,
      });
      this.#clients.push({ stream, isSlow, failures: 0, endedUs: 0, hadHead: false, isAway: false });
      const wanted = topicsOf(url, plan.topics, global);
      topics.push(wanted);
      this.#recorder?.addStream(wanted, isSlow);
      // A slow reader is late and short of events by its own choice: it is there for what it does to the others.
      if (plan.isPublished && !isSlow) for (const topic of wanted) this.#ledger.expectFrom(index, topic, 1);
    }
    this.#topicsByStream = topics;
  }

  start(): void {
    this.#startedUs = nowUs();
    this.#lastTickUs = this.#startedUs;
    this.#lastSampleUs = this.#startedUs;
    this.#timer = setInterval(() => this.#step(), STEP_MS);
  }

  setChurn(isOn: boolean): void {
    this.#churnFromUs = isOn ? nowUs() : undefined;
    if (!isOn) return;
    // Nothing is published before this.
    for (const { stream } of this.#clients) if (stream.isOpen) this.#recorder?.oweAll(stream.index);
  }

  /** Nobody is owed these: topic, first, last; topic, first, last; ... */
  waive(ranges: readonly number[]): void {
    for (let i = 0; i < ranges.length; i += 3) this.#ledger.waive(ranges[i]!, ranges[i + 1]!, ranges[i + 2]!);
  }

  /** The ledger, given how many events of each topic were published. */
  totals(published: readonly number[], settles: boolean): LedgerTotals {
    return settles ? this.#ledger.settle(published) : this.#ledger.totals(published);
  }

  /** What the streams saw, when that is kept. */
  history(): SeenHistory {
    return this.#recorder!.history();
  }

  /** When events were due, by the stamps that came. */
  knownTimes(): KnownTimes {
    return this.#times.known();
  }

  /** What was owed and lost by block of time, with the times that all processes know. */
  losses(published: readonly number[], known: KnownTimes, span: PublishSpan): BlockCount[] | undefined {
    const times = new PublishTimes();
    times.add(known);
    return this.#ledger.blockCounts(published, (topic) => times.rangesOf(topic, published[topic] ?? 0, span));
  }

  /** What happened since the last sample, given how many events of each topic were published. */
  sample(published: readonly number[]): GeneratorSample {
    const atUs = nowUs();
    this.#accountTime(atUs);
    const { repeated, outOfOrder, lost } = this.#ledger.totals(published);
    const sample = {
      ...this.#tallies.take(),
      ...this.#cost.take(),
      streamsUp: this.#up,
      streamsGone: this.#gone,
      missing: lost,
      repeatedTotal: repeated,
      outOfOrderTotal: outOfOrder,
      wantedStreamSeconds: this.#wantedUs / 1e6,
      freshStreamSeconds: this.#freshUs / 1e6,
    };
    this.#wantedUs = 0;
    this.#freshUs = 0;
    return sample;
  }

  /** Ends all streams with FIN; what is known only then, as histograms. */
  stop(): { readonly silence: string; readonly pendingReconnects: string } {
    this.#isStopping = true;
    clearInterval(this.#timer);
    this.#cost.stop();
    const atUs = nowUs();
    const silence = new LatencyHistogram();
    // Who has not come back by now has waited at least so long; without them only survivors would count.
    const pending = new LatencyHistogram();
    for (const { stream, hadHead, endedUs, isAway } of this.#clients) {
      if (hadHead) silence.record(stream.longestSilenceUs(atUs));
      if (endedUs !== 0 && !isAway) pending.record(atUs - endedUs);
      stream.leave();
    }
    return { silence: silence.encode(), pendingReconnects: pending.encode() };
  }

  // What the streams tell.

  onConnect(_stream: LoadStream, connectUs: number): void {
    this.#tallies.connects++;
    this.#tallies.record('connect', connectUs);
  }

  onHead(stream: LoadStream, headUs: number): void {
    const client = this.#clients[stream.index]!;
    const { endedUs, hadHead: isBack } = client;
    this.#up++;
    client.failures = 0;
    client.hadHead = true;
    client.endedUs = 0;
    this.#tallies.record('head', headUs);
    if (!isBack) return;
    this.#tallies.reconnects++;
    // The head is here and nothing behind it: this is the id that was asked with.
    if (stream.lastEventId === '') this.#tallies.reconnectsWithoutId++;
    this.#tallies.record('reconnect', nowUs() - endedUs);
  }

  onFirstEvent(_stream: LoadStream, firstEventUs: number): void {
    this.#tallies.record('firstEvent', firstEventUs);
  }

  onEvent(stream: LoadStream, data: string, lastEventId: string, atUs: number, type: string): void {
    this.#tallies.delivered++;
    const { isSlow } = this.#clients[stream.index]!;
    if (isSlow && this.#recorder === undefined) return;
    const stamp = readStamp(data, this.#plan.run);
    if (this.#recorder !== undefined) this.#record(stream.index, stamp, data, lastEventId, type);
    if (isSlow) return;
    if (stamp === undefined || !this.#wants(stream, stamp.topic)) return;
    this.#times.note(stamp.topic, stamp.seq, stamp.sentUs);
    const receipt = this.#ledger.received(stream.index, stamp.topic, stamp.seq);
    // Of what came again only the first arrival has a latency.
    if (receipt === 'repeated' || receipt === 'unowed' || receipt === 'unclear') return;
    this.#tallies.record('latency', atUs - stamp.sentUs);
  }

  onHeartbeat(_stream: LoadStream, gapUs: number | undefined): void {
    this.#tallies.heartbeats++;
    if (gapUs !== undefined) this.#tallies.record('heartbeatGap', gapUs);
  }

  onBytes(_stream: LoadStream, bytes: number): void {
    this.#tallies.receivedBytes += bytes;
  }

  onOversized(): void {
    this.#tallies.oversized++;
  }

  onEnd(stream: LoadStream, end: StreamEnd, atUs: number): void {
    if (this.#isStopping) return;
    const client = this.#clients[stream.index]!;
    this.#tallies.countEnd(end.kind, end.detail, end.status);
    const wasUp = client.hadHead && client.endedUs === 0;
    if (wasUp) this.#up--;
    else client.failures++;
    if (client.hadHead && client.endedUs === 0) client.endedUs = atUs;
    if (end.kind === 'own') this.#goAway(client);
    // Churn is a client that is cut off and comes back, so it is planned like any other loss.
    const plain = end.kind === 'own' ? ({ ...end, kind: 'reset' } as const) : end;
    const next = this.#plan.reconnects
      ? planReconnect(plain, stream.retryMs, client.failures, Math.random())
      : { waitMs: undefined };
    if (next.waitMs === undefined) this.#stayAway(client);
    else this.#queue.add(client, atUs / 1000 + next.waitMs);
  }

  // ---

  #record(stream: number, stamp: Stamp | undefined, data: string, id: string, type: string): void {
    if (stamp !== undefined) this.#recorder!.event(stream, id, stamp.topic, stamp.seq);
    else if (type === CONTROL_TYPE) {
      const gap = readGap(data);
      if (gap !== undefined) this.#recorder!.gap(stream, gap);
    }
  }

  /** The tool has cut the client off, so until it comes back it is not wanted: that is not the server's time. */
  #goAway(client: Client): void {
    client.isAway = true;
    this.#away++;
  }

  #comeBack(client: Client, atUs: number): void {
    if (!client.isAway) return;
    client.isAway = false;
    this.#away--;
    // The wait was the client's own; from here on it is the server's.
    if (client.endedUs !== 0) client.endedUs = atUs;
  }

  // A stream that the server turned away is still owed everything. Only with --no-reconnect it is the tool that
  // leaves, and then what comes later is nobody's loss.
  #stayAway({ stream }: Client): void {
    this.#gone++;
    if (this.#plan.reconnects) return;
    this.#recorder?.oweToLast(stream.index);
    for (const topic of this.#topicsByStream[stream.index]!) this.#ledger.expectUntil(stream.index, topic, 0);
  }

  #wants(stream: LoadStream, topic: number): boolean {
    const wanted = this.#topicsByStream[stream.index]!;
    return wanted.length === 1 ? wanted[0] === topic : topic < wanted.length;
  }

  #step(): void {
    const atUs = nowUs();
    const elapsedMs = (atUs - this.#startedUs) / 1000;
    this.#openDue(elapsedMs);
    for (const client of this.#queue.takeDue(atUs / 1000)) {
      // A stream that never was up has nothing to resume.
      if (client.hadHead && !client.isSlow) this.#ledger.reconnected(client.stream.index);
      this.#comeBack(client, atUs);
      client.stream.open();
    }
    this.#churn(atUs);
    const sinceMs = (atUs - this.#lastTickUs) / 1000;
    if (sinceMs < TICK_MS) return;
    this.#lastTickUs = atUs;
    for (const { stream } of this.#clients) stream.tick(atUs, sinceMs);
    this.#accountTime(atUs);
  }

  #openDue(elapsedMs: number): void {
    const { streams, rampMs } = this.#plan;
    const due = rampMs === 0 ? streams : Math.min(streams, Math.ceil((streams * elapsedMs) / rampMs));
    while (this.#opened < due) this.#clients[this.#opened++]!.stream.open();
  }

  #churn(atUs: number): void {
    const { churnPerSecond, churnKind, streams } = this.#plan;
    if (churnPerSecond === 0 || this.#churnFromUs === undefined) return;
    const due = Math.floor(((atUs - this.#churnFromUs) / 1e6) * churnPerSecond);
    for (let tries = 0; this.#churned < due && tries < streams; tries++) {
      const { stream } = this.#clients[this.#churnNext++ % streams]!;
      if (!stream.isOpen) continue;
      this.#churned++;
      if (churnKind === 'rst') stream.abort();
      else stream.leave();
    }
  }

  /** Stream-time since the last call: wanted from the first attempt on, and spent connected and fresh. */
  #accountTime(atUs: number): void {
    const sinceUs = atUs - this.#lastSampleUs;
    this.#lastSampleUs = atUs;
    let fresh = 0;
    for (let i = 0; i < this.#opened; i++) {
      if (this.#clients[i]!.stream.isFresh(atUs, this.#plan.freshMs * 1000)) fresh++;
    }
    this.#wantedUs += (this.#opened - this.#away) * sinceUs;
    this.#freshUs += fresh * sinceUs;
  }
}

function openFrom({ sources, index, processes }: GeneratorPlan): OpenTransport {
  const ports = new SourcePorts(sources, index, processes);
  return (owner, target, _localAddress, readBytes) => {
    const { address, port } = ports.next();
    return openTransport(owner, target, address, readBytes, port);
  };
}
