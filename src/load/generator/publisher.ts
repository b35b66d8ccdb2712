// Publishes on schedule, open loop: what is due is stamped with the time it was due and queued, whether or not
// earlier requests were answered. Events of one topic go out one request after the other, so that their order is
// the publisher's; topics are spread over lanes that do not wait for each other. Where answers are slower than the
// schedule, events wait here: that is in their latency, and the interval says that it is limited.

import { Agent, request as httpRequest } from 'node:http';
import { nowUs } from '../clock.ts';
import { intendedUs, nextWait } from '../pacing/pacer.ts';
import { limitSchedule, parseSchedule, type Schedule } from '../pacing/schedule.ts';
import { encodeStamp } from '../stamp.ts';
import type { PublishCounts, PublisherPlan } from './messages.ts';
import { OwnCost } from './own-cost.ts';
import { renderRequest } from './publish-template.ts';
import { topicName } from './topics.ts';

const MAX_LANES = 16;
const MAX_BATCH = 500;
// A server that does not answer must not fill our memory: what is due beyond this is counted as an error.
const MAX_WAITING_EVENTS = 200_000;
const ANSWER_TIMEOUT_MS = 30_000;
const LONGEST_WAIT_MS = 100;

interface DueEvent {
  readonly topic: number;
  /** When it was to be sent. */
  readonly sentUs: number;
}

/** The server has answered and said no: the events are nowhere, and their numbers are free again. */
class RefusedPublish extends Error {}

export class Publisher {
  readonly #plan: PublisherPlan;
  readonly #schedule: Schedule;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: MAX_LANES });
  readonly #lanes: DueEvent[][];
  readonly #isLaneBusy: boolean[];
  readonly #seqs: number[];
  readonly #publishedByTopic: number[];
  readonly #cost = new OwnCost();
  #published = 0;
  #errors = 0;
  #unknown = 0;
  #latestSendUs = 0;
  #errorExample: string | undefined;
  #waiting = 0;
  #unanswered = 0;
  #sent = 0;
  #startUs = 0;
  #timer: NodeJS.Timeout | undefined;
  #isScheduled = false;

  /** @throws RangeError for a schedule that cannot be read. */
  constructor(plan: PublisherPlan) {
    this.#plan = plan;
    this.#schedule = limitSchedule(parseSchedule(plan.schedule), plan.durationMs);
    const { count } = plan.topics;
    const lanes = Math.min(count, MAX_LANES);
    this.#lanes = Array.from({ length: lanes }, () => []);
    this.#isLaneBusy = new Array(lanes).fill(false);
    this.#seqs = new Array(count).fill(0);
    this.#publishedByTopic = new Array(count).fill(0);
  }

  start(): void {
    this.#startUs = nowUs();
    this.#isScheduled = true;
    this.#pace();
  }

  /** Sends nothing more that is not on its way. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#isScheduled = false;
    for (const lane of this.#lanes) {
      this.#waiting -= lane.length;
      lane.length = 0;
    }
  }

  end(): void {
    this.stop();
    this.#cost.stop();
    this.#agent.destroy();
  }

  counts(): PublishCounts {
    const latestSendUs = this.#latestSendUs;
    this.#latestSendUs = 0;
    return {
      latestSendUs,
      unknown: this.#unknown,
      publishedByTopic: this.#publishedByTopic,
      published: this.#published,
      errors: this.#errors,
      unanswered: this.#unanswered,
      errorExample: this.#errorExample,
      ...this.#cost.take(),
      isDone: !this.#isScheduled && this.#waiting === 0 && !this.#isLaneBusy.includes(true),
    };
  }

  #pace(): void {
    const elapsedMs = (nowUs() - this.#startUs) / 1000;
    const { due, waitMs } = nextWait(this.#schedule, elapsedMs, this.#sent);
    for (let i = 0; i < due; i++) this.#enqueue(++this.#sent);
    for (let lane = 0; lane < this.#lanes.length; lane++) void this.#pump(lane);
    if (waitMs === undefined) {
      this.#isScheduled = false;
      return;
    }
    this.#timer = setTimeout(() => this.#pace(), Math.min(waitMs, LONGEST_WAIT_MS));
  }

  #enqueue(n: number): void {
    const topic = (n - 1) % this.#plan.topics.count;
    if (this.#waiting >= MAX_WAITING_EVENTS) {
      this.#errors++;
      this.#errorExample ??= `${MAX_WAITING_EVENTS} events wait for the server to answer; more are not sent`;
      return;
    }
    const sentUs = intendedUs(this.#schedule, this.#startUs, n);
    this.#lanes[topic % this.#lanes.length]!.push({ topic, sentUs });
    this.#waiting++;
  }

  async #pump(laneIndex: number): Promise<void> {
    if (this.#isLaneBusy[laneIndex]) return;
    const lane = this.#lanes[laneIndex]!;
    this.#isLaneBusy[laneIndex] = true;
    while (lane.length > 0) {
      const events = lane.splice(0, this.#plan.request.isBatched ? MAX_BATCH : 1);
      this.#waiting -= events.length;
      this.#unanswered += events.length;
      this.#latestSendUs = Math.max(this.#latestSendUs, nowUs() - events[0]!.sentUs);
      // Numbered only now: one request of a lane is on its way at a time, so those of a refused one can be given
      // to the next, and the ledger owes nobody what no server has taken.
      const stamped = events.map(({ topic, sentUs }) => ({ topic, sentUs, seq: ++this.#seqs[topic]! }));
      try {
        await this.#send(stamped);
        this.#published += events.length;
        for (const { topic, seq } of stamped) this.#publishedByTopic[topic] = seq;
      } catch (error) {
        this.#errors += events.length;
        this.#errorExample ??= (error as Error).message;
        if (error instanceof RefusedPublish) for (const { topic } of events) this.#seqs[topic]!--;
        else this.#unknown += events.length;
      }
      this.#unanswered -= events.length;
    }
    this.#isLaneBusy[laneIndex] = false;
  }

  #send(events: readonly (DueEvent & { readonly seq: number })[]): Promise<void> {
    const { run, topics, payloadBytes, request } = this.#plan;
    const { url, body } = renderRequest(
      request,
      events.map(({ topic, seq, sentUs }) => ({
        topic: topicName(topics, topic),
        payload: encodeStamp({ run, topic, seq, sentUs }, payloadBytes),
      })),
    );
    return new Promise((resolve, reject) => {
      const outgoing = httpRequest(
        url,
        {
          method: request.method,
          agent: this.#agent,
          headers: { ...request.headers, 'content-length': Buffer.byteLength(body) },
          signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
        },
        (response) => {
          const { statusCode = 0 } = response;
          response.resume();
          response.on('error', reject);
          response.on('end', () => {
            if (statusCode >= 200 && statusCode < 300) resolve();
            else reject(new RefusedPublish(`The publish was answered with status ${statusCode}`));
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}
