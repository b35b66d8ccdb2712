// Publishes what a model, or any other slow source, says piece by piece, to a topic that lives as long as the answer. The
// reader may leave and come back: it gets the rest from the log, and 204 when it has all of it. The source never waits for a
// reader, only for the log.
//
//   source --pieces--> waiting (<= 1,000) --one publish at a time--> topic --> end

import { describe, type GivenOptions, resolveOptions, value } from '../base/options.ts';
import type { PublishedEvent } from './draft.ts';

/** Pieces that wait for the log. Beyond it the source is not asked for more. */
const MAX_WAITING = 1000;

const answerOptions = {
  /** The event type of the pieces; clients get `message` when there is none. */
  type: value<string | undefined>(undefined, 'a string', (given) => typeof given === 'string'),
  /** The event type of the last event, when the source failed or was stopped. */
  failedType: value('failed', 'a string', (given) => typeof given === 'string'),
  /** Stops the source: somebody has pressed the button. */
  signal: value<AbortSignal | undefined>(
    undefined,
    'an AbortSignal',
    (given) => given instanceof AbortSignal,
  ),
};

export type AnswerOptions = GivenOptions<typeof answerOptions>;

/** What became of an answer. */
export interface PublishedAnswer {
  /** Pieces that were published. */
  readonly count: number;
  /** The id of the end of the topic. */
  readonly endId: string;
  /** Whether the source was asked to stop before its end. */
  readonly isStopped: boolean;
}

/** What it needs of a hub. */
interface AnswerHub {
  publish(events: readonly PublishedEvent[]): Promise<string[]>;
  end(topic: string): Promise<string>;
}

/**
 * Publishes each piece of `source` to `topic` and then ends the topic.
 *
 * When the source fails or is stopped, an event of the type `failedType` with the data `error` or `stopped` comes before the
 * end, so that a reader can tell half an answer from a whole one.
 *
 * @param topic one for this answer alone, such as `answers/<random id>`: it ends for good
 * @throws HoldfastError what `hub.publish` and `hub.end` throw; and what the source throws, once the topic has ended.
 * @example
 * ```ts
 * await publishAnswer(hub, `answers/${id}`, model.stream(question), { type: 'token' });
 * ```
 */
export async function publishAnswer(
  hub: AnswerHub,
  topic: string,
  source: AsyncIterable<unknown>,
  options?: AnswerOptions,
): Promise<PublishedAnswer> {
  const { type, failedType, signal } = resolveOptions('publishAnswer', answerOptions, options);
  if (typeof source?.[Symbol.asyncIterator] !== 'function') {
    throw new TypeError(`Expected \`source\` to be an async iterable, got ${describe(source)}`);
  }
  const sender = new PieceSender(hub, topic, type);
  let failure: { readonly error: unknown } | undefined;
  try {
    for await (const piece of untilAborted(source, signal)) await sender.add(piece);
  } catch (error) {
    failure = { error };
  }
  await sender.finish();
  const isStopped = signal?.aborted ?? false;
  if (failure !== undefined || isStopped) {
    await hub.publish([{ topic, type: failedType, data: failure === undefined ? 'stopped' : 'error' }]);
  }
  const endId = await hub.end(topic);
  if (failure !== undefined) throw failure.error;
  return { count: sender.count, endId, isStopped };
}

/** Sends one batch at a time: what comes meanwhile goes together. */
class PieceSender {
  count = 0;
  readonly #hub: AnswerHub;
  readonly #topic: string;
  readonly #type: string | undefined;
  #waiting: PublishedEvent[] = [];
  #underWay: Promise<void> | undefined;
  #failure: { readonly error: unknown } | undefined;

  constructor(hub: AnswerHub, topic: string, type: string | undefined) {
    this.#hub = hub;
    this.#topic = topic;
    this.#type = type;
  }

  async add(data: unknown): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#waiting.push({ topic: this.#topic, type: this.#type, data });
    this.#underWay ??= this.#send();
    if (this.#waiting.length >= MAX_WAITING) await this.#underWay;
  }

  async finish(): Promise<void> {
    await this.#underWay;
    if (this.#failure !== undefined) throw this.#failure.error;
  }

  async #send(): Promise<void> {
    try {
      while (this.#waiting.length > 0) {
        const batch = this.#waiting;
        this.#waiting = [];
        await this.#hub.publish(batch);
        this.count += batch.length;
      }
    } catch (error) {
      this.#failure = { error };
    } finally {
      this.#underWay = undefined;
    }
  }
}

/** A source that says nothing for long must not hold up its own end. */
async function* untilAborted<T>(source: AsyncIterable<T>, signal: AbortSignal | undefined) {
  const iterator = source[Symbol.asyncIterator]();
  let onAbort = (): void => {};
  const aborted = new Promise<undefined>((resolve) => {
    onAbort = () => resolve(undefined);
  });
  if (signal?.aborted) onAbort();
  signal?.addEventListener('abort', onAbort);
  try {
    for (;;) {
      const next = signal?.aborted ? undefined : await Promise.race([iterator.next(), aborted]);
      if (next === undefined || next.done) return;
      yield next.value;
    }
  } finally {
    signal?.removeEventListener('abort', onAbort);
    // Not waited for: a generator that is in the middle of something ends when that has ended.
    iterator.return?.()?.catch(() => {});
  }
}
