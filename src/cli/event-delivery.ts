// Sends batches of events until the hub has taken them: through its restarts, and past events that it will not take.
// What concerns every event (credentials, an ended topic, a wrong address) ends it.

import { setTimeout as delay } from 'node:timers/promises';
import { HoldfastError } from '../base/errors.ts';
import { retryDelay } from '../client/retry-delay.ts';
import type { PostLines } from './batch-sender.ts';
import type { PublishAnswer, Refusal } from './publish-request.ts';

const RETRY_MS = 500;
const RETRY_BOUNDS = { minRetryMs: 100, maxRetryMs: 10_000 };
/** The hub is starting, full, or behind a proxy that has lost it. */
const PASSING = new Set([408, 429, 500, 502, 503, 504, 507]);
/** Of an event, not of the request. */
const OF_ONE_EVENT = new Set([400, 413]);

export interface DeliveredEvent {
  /** One line of NDJSON. */
  readonly event: string;
  /** Names it in messages: `The line at byte 12`. */
  readonly where: string;
}

export class EventDelivery {
  /** Events that the hub has acknowledged. */
  count = 0;
  readonly #post: PostLines;
  readonly #onNote: (sentence: string) => void;

  constructor(post: PostLines, onNote: (sentence: string) => void) {
    this.#post = post;
    this.#onNote = onNote;
  }

  /**
   * Answers how many events the hub will not take; they have been told. The signal ends the wait for a hub that does not
   * answer, and then nothing is known of the batch.
   *
   * @throws HoldfastError ERR_REFUSED when it will take no event at all.
   */
  async deliver(events: readonly DeliveredEvent[], signal: AbortSignal): Promise<number> {
    if (events.length === 0 || signal.aborted) return 0;
    const answer = await this.#postUntilAnswered(events, signal);
    if (answer === undefined) return 0;
    if ('ids' in answer) {
      this.count += events.length;
      return 0;
    }
    const { refusal } = answer;
    if (!OF_ONE_EVENT.has(refusal.status)) {
      throw new HoldfastError('ERR_REFUSED', refusal.detail, refusal.help);
    }
    if (events.length === 1) {
      this.#onNote(`${events[0]!.where} was refused: ${refusal.detail.replace(/\.$/, '')}; it is left out`);
      return 1;
    }
    // One of them made the hub refuse all. Halving finds it, and keeps their order.
    const middle = events.length >> 1;
    const left = await this.deliver(events.slice(0, middle), signal);
    return left + (await this.deliver(events.slice(middle), signal));
  }

  async #postUntilAnswered(
    events: readonly DeliveredEvent[],
    signal: AbortSignal,
  ): Promise<PublishAnswer | undefined> {
    const body = `${events.map(({ event }) => event).join('\n')}\n`;
    for (let failures = 0; !signal.aborted; failures++) {
      const answer = await this.#tryPost(body);
      if (signal.aborted && !('ids' in answer)) return undefined;
      if ('ids' in answer || !PASSING.has(answer.refusal.status)) return answer;
      // An outage is told once, however long it is.
      if (failures === 0) this.#onNote(`${answer.refusal.detail.replace(/\.$/, '')}; trying again`);
      const waitMs = retryDelay(RETRY_MS, failures, Math.random(), RETRY_BOUNDS);
      await delay(waitMs, undefined, { signal }).catch(() => {});
    }
    return undefined;
  }

  /** No answer is one that passes: each line has a key, so sending it again does no harm. */
  async #tryPost(body: string): Promise<PublishAnswer> {
    try {
      return await this.#post(body);
    } catch (error) {
      if (!(error instanceof HoldfastError)) throw error;
      const refusal: Refusal = { status: 503, detail: error.message, help: error.help };
      return { refusal };
    }
  }
}
