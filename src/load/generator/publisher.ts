// Publishes on schedule, open loop: an event is numbered and stamped with the time it was due, and written at that time
// whether or not earlier ones were answered. Topics are pinned to a few connections, so the order of each is the
// publisher's. The number of an event follows from the schedule alone: one that the server refuses leaves a hole,
// which is waived, and is never filled by another.

import { nowUs } from '../clock.ts';
import { isRefusal, type PublishedHistory, PublishRecorder } from '../history/publish-recorder.ts';
import { intendedUs, nextWait } from '../pacing/pacer.ts';
import { limitSchedule, parseSchedule, type Schedule } from '../pacing/schedule.ts';
import { encodeStamp } from '../stamp.ts';
import { openTransport } from '../stream/open-transport.ts';
import type { PublishCounts, PublisherPlan } from './messages.ts';
import { OwnCost } from './own-cost.ts';
import { type LaneLimits, type LaneObserver, laneLimits, PublishLane } from './publish-lane.ts';
import { PublishTally } from './publish-tally.ts';
import { RequestBytes } from './request-bytes.ts';
import { topicName } from './topics.ts';

const MAX_LANES = 16;
const MAX_BATCH = 500;
const LONGEST_WAIT_MS = 100;
const TICK_MS = 50;

export class Publisher implements LaneObserver {
  readonly #plan: PublisherPlan;
  readonly #schedule: Schedule;
  readonly #requests: RequestBytes;
  readonly #lanes: readonly PublishLane[];
  readonly #tally: PublishTally;
  readonly #recorder: PublishRecorder | undefined;
  readonly #cost = new OwnCost();
  #latestSendUs = 0;
  #due = 0;
  #startUs = 0;
  #pacer: NodeJS.Timeout | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #isScheduled = false;

  /** @throws RangeError for a schedule that cannot be read. */
  constructor(plan: PublisherPlan, limits: LaneLimits = laneLimits) {
    this.#plan = plan;
    this.#schedule = limitSchedule(parseSchedule(plan.schedule), plan.durationMs);
    this.#requests = new RequestBytes(plan.request);
    this.#tally = new PublishTally(plan.topics.count);
    this.#recorder = plan.keepsHistory ? new PublishRecorder(plan.topics.count) : undefined;
    const settings = {
      target: plan.target,
      openTransport,
      limits,
      readsAnswers: plan.keepsHistory,
      maxBatch: plan.request.isBatched ? MAX_BATCH : 1,
      encode: (events: readonly number[]) => this.#encode(events),
      dueUs: (event: number) => intendedUs(this.#schedule, this.#startUs, event),
    };
    const lanes = Math.min(plan.topics.count, MAX_LANES);
    this.#lanes = Array.from({ length: lanes }, () => new PublishLane(settings, this));
  }

  start(): void {
    this.#startUs = nowUs();
    this.#isScheduled = true;
    for (const lane of this.#lanes) lane.start();
    this.#ticker = setInterval(() => this.#tick(), TICK_MS);
    this.#pace();
  }

  /** Sends nothing more that is not on its way. */
  stop(): void {
    clearTimeout(this.#pacer);
    this.#isScheduled = false;
    for (const lane of this.#lanes) lane.stop();
  }

  /** Waits for no answer any more: what has none is unknown. */
  end(): void {
    this.stop();
    clearInterval(this.#ticker);
    this.#cost.stop();
    for (const lane of this.#lanes) lane.end();
  }

  counts(): PublishCounts {
    const atUs = nowUs();
    const latestSendUs = this.#latestSendUs;
    this.#latestSendUs = 0;
    return {
      ...this.#tally.take(),
      latestSendUs,
      heldUs: Math.max(...this.#lanes.map((lane) => lane.takeHeldUs(atUs))),
      unanswered: this.#lanes.reduce((sum, lane) => sum + lane.unanswered, 0),
      ...this.#cost.take(),
      isDone: !this.#isScheduled && this.#lanes.every((lane) => lane.isIdle),
    };
  }

  /** What it was told, when it keeps that. */
  history(): PublishedHistory {
    return this.#recorder!.history();
  }

  // What the lanes tell.

  onAnswer(events: readonly number[], status: number, answer: string): void {
    const isTaken = status >= 200 && status < 300;
    if (isTaken) this.#recorder?.acknowledged(events, answer);
    else if (isRefusal(status, answer)) this.#recorder?.refused(events);
    else this.#recorder?.unknown(events);
    if (isTaken) this.#tally.acknowledge(events);
    else this.#tally.refuse(events, `answered with status ${status}`);
  }

  onUnknown(events: readonly number[], why: string): void {
    this.#recorder?.unknown(events);
    this.#tally.lose(events, why);
  }

  onUnsent(events: readonly number[], why: string): void {
    this.#recorder?.refused(events);
    this.#tally.refuse(events, why);
  }

  #pace(): void {
    const atUs = nowUs();
    const { due, waitMs } = nextWait(this.#schedule, (atUs - this.#startUs) / 1000, this.#due);
    if (due > 0) {
      const firstUs = intendedUs(this.#schedule, this.#startUs, this.#due + 1);
      this.#latestSendUs = Math.max(this.#latestSendUs, atUs - firstUs);
    }
    for (let i = 0; i < due; i++) {
      const event = ++this.#due;
      this.#lanes[this.#tally.topicOf(event) % this.#lanes.length]!.push(event);
    }
    for (const lane of this.#lanes) lane.flush();
    if (waitMs === undefined) this.#isScheduled = false;
    else this.#pacer = setTimeout(() => this.#pace(), Math.min(waitMs, LONGEST_WAIT_MS));
  }

  #tick(): void {
    const atUs = nowUs();
    for (const lane of this.#lanes) lane.tick(atUs);
  }

  #encode(events: readonly number[]): Uint8Array {
    const { run, topics, payloadBytes } = this.#plan;
    return this.#requests.of(
      events.map((event) => {
        const topic = this.#tally.topicOf(event);
        const sentUs = intendedUs(this.#schedule, this.#startUs, event);
        const payload = encodeStamp({ run, topic, seq: this.#tally.seqOf(event), sentUs }, payloadBytes);
        return { topic: topicName(topics, topic), payload };
      }),
    );
  }
}
