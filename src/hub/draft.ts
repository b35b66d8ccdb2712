// Checks an event as a publisher gives it, from code or from a request body, and turns it into a draft for the
// log. Everything that could change another field on the wire, or that UTF-8 cannot carry, is refused here.

import { HoldfastError } from '../base/errors.ts';
import { didYouMean } from '../base/nearest-name.ts';
import { describe, shorten } from '../base/options.ts';
import type { Draft } from '../log/event-log.ts';
import { CONTROL_TYPE } from '../wire/index.ts';
import { findTopicProblem, isReserved } from './pattern.ts';

/** An event to publish. */
export interface PublishedEvent {
  /** Where it goes: a path such as `orders/42`. */
  readonly topic: string;
  /** A string goes out as it is, any other JSON value as its JSON text. */
  readonly data: unknown;
  /** The event type; clients get `message` when there is none. */
  readonly type?: string | undefined;
  /** Idempotency key: publishing the same event again with it answers the first id. */
  readonly key?: string | undefined;
}

export interface EventLimits {
  /** The most bytes of UTF-8 that `data` may have on the wire. */
  readonly maxEventBytes: number;
}

const FIELDS = ['topic', 'data', 'type', 'key'];
const MAX_TYPE_BYTES = 256;
const MAX_KEY_BYTES = 256;

/**
 * Checks one event. `where` names it in messages, such as `event 3`.
 *
 * @throws HoldfastError ERR_BAD_EVENT, ERR_BAD_TOPIC, ERR_EVENT_TOO_LARGE.
 */
export function checkEvent(event: unknown, where: string, limits: EventLimits): Draft {
  if (typeof event !== 'object' || event === null || Array.isArray(event)) {
    throw badEvent(
      `${where} is ${describe(event)}`,
      'Send an object such as {"topic": "a/b", "data": "text"}.',
    );
  }
  for (const name of Object.keys(event)) {
    if (FIELDS.includes(name)) continue;
    throw badEvent(
      `${where} has the unknown field ${JSON.stringify(shorten(name))}.${didYouMean(name, FIELDS)}`,
      'An event has `topic`, `data` and, when wanted, `type` and `key`.',
    );
  }
  const { topic, data, type, key } = event as Partial<Record<keyof PublishedEvent, unknown>>;
  checkTopic(topic, where);
  if (type !== undefined) checkType(type, where);
  if (key !== undefined) checkText('key', key, where, MAX_KEY_BYTES);
  return {
    topic: topic as string,
    data: checkData(data, where, limits),
    type: type as string | undefined,
    key: key as string | undefined,
  };
}

/**
 * Checks the name of a topic that an application publishes to or ends.
 *
 * @throws HoldfastError ERR_BAD_EVENT, ERR_BAD_TOPIC.
 */
export function checkTopic(topic: unknown, where: string): asserts topic is string {
  if (typeof topic !== 'string') {
    throw badEvent(
      `${where} has the topic ${describe(topic)}`,
      'Give `topic` as a string such as "orders/42".',
    );
  }
  const problem = isReserved(topic) ? 'topics that begin with `$` are reserved' : findTopicProblem(topic);
  if (problem === undefined) return;
  throw new HoldfastError(
    'ERR_BAD_TOPIC',
    `${where} has the topic ${JSON.stringify(shorten(topic))}: ${problem}`,
    'A topic is a path of non-empty segments, 1 to 256 bytes, such as "orders/42".',
  );
}

/** The failure of a publish with more events than `maxBatchEvents`. */
export function batchTooLarge(maxBatchEvents: number): HoldfastError {
  return new HoldfastError(
    'ERR_BATCH_TOO_LARGE',
    `The batch has more than ${maxBatchEvents} events, which is \`maxBatchEvents\``,
    'Publish in smaller batches, or raise `maxBatchEvents`.',
  );
}

function checkType(type: unknown, where: string): void {
  checkText('type', type, where, MAX_TYPE_BYTES);
  if (type !== CONTROL_TYPE) return;
  throw badEvent(`${where} has the type "${CONTROL_TYPE}", which is the hub's own`, 'Use another type.');
}

function checkText(field: string, text: unknown, where: string, maxBytes: number): void {
  const isUsable =
    typeof text === 'string' &&
    text !== '' &&
    text.length <= maxBytes &&
    Buffer.byteLength(text) <= maxBytes &&
    text.isWellFormed() &&
    !/\p{Cc}/u.test(text);
  if (isUsable) return;
  throw badEvent(
    `${where} has the ${field} ${describe(text)}`,
    `Give \`${field}\` as 1 to ${maxBytes} bytes of text without control characters, or leave it out.`,
  );
}

function checkData(data: unknown, where: string, limits: EventLimits): string {
  const text = typeof data === 'string' ? data : toJson(data, where);
  if (text.length > limits.maxEventBytes || Buffer.byteLength(text) > limits.maxEventBytes) {
    throw new HoldfastError(
      'ERR_EVENT_TOO_LARGE',
      `${where} has ${Buffer.byteLength(text)} bytes of data, and \`maxEventBytes\` is ${limits.maxEventBytes}`,
      'Publish a reference to large content instead of the content, or raise `maxEventBytes`.',
    );
  }
  if (text.isWellFormed()) return text;
  throw badEvent(
    `${where} has data with half a surrogate pair`,
    'Give `data` as well-formed Unicode: what UTF-8 cannot carry would arrive as something else.',
  );
}

function toJson(data: unknown, where: string): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    // JSON would make null of it.
    if (typeof data !== 'number' || Number.isFinite(data)) text = JSON.stringify(data);
  } catch (error) {
    cause = error;
  }
  if (text !== undefined) return text;
  throw badEvent(
    data === undefined
      ? `${where} has no data`
      : `${where} has data that is no JSON value: ${describe(data)}`,
    'Give `data` as a string or as any other JSON value; "" is legal.',
    cause,
  );
}

function badEvent(message: string, help: string, cause?: unknown): HoldfastError {
  return new HoldfastError('ERR_BAD_EVENT', message, help, cause === undefined ? undefined : { cause });
}
