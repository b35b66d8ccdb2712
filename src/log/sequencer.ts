// Gives positions and frames to drafts: the one place where the order of a hub is made. Pure bookkeeping: it
// plans a batch, the engine makes the plan durable, and only then is it committed here. All of a batch or none.

import { HoldfastError } from '../base/errors.ts';
import { encodeControl, encodeEvent } from '../wire/index.ts';
import { EndedTopics } from './ended-topics.ts';
import { formatId } from './event-id.ts';
import type { Draft, LogRecord } from './event-log.ts';
import { KeyIndex, type KeyLimits, type KeyLookup, type KnownKey } from './key-index.ts';
import { Pending } from './pending.ts';

export interface SequencerLimits extends KeyLimits {
  /** How many ended topics are remembered; the oldest is forgotten first and open again. */
  readonly maxEndedTopics: number;
}

/** What appending a batch would do. */
export interface Plan {
  /** The new records, in order; empty when every draft was a repeat. */
  readonly records: readonly LogRecord[];
  /** A position for each draft. */
  readonly positions: readonly number[];
  readonly keys: ReadonlyMap<string, { readonly draft: Draft; readonly position: number }>;
}

/** What a durable engine restores at its start. */
export interface KeptState {
  readonly head: number;
  /** Ended topics and the positions of their ends, the oldest first. */
  readonly ends: Iterable<readonly [topic: string, position: number]>;
  /** The oldest first. */
  readonly keys: Iterable<readonly [key: string, known: KnownKey]>;
}

const UNBOUNDED: KeyLimits = { maxKeys: Number.MAX_SAFE_INTEGER, maxKeyAgeMs: Number.MAX_SAFE_INTEGER };
const NOTHING = new Pending();

export class Sequencer {
  readonly epoch: string;
  readonly ended: EndedTopics;
  readonly #keys: KeyIndex;
  #head = 0;

  constructor(epoch: string, limits: SequencerLimits) {
    this.epoch = epoch;
    this.ended = new EndedTopics(limits.maxEndedTopics);
    this.#keys = new KeyIndex(limits);
  }

  /** Takes over what an engine kept of an earlier process. */
  restore(kept: KeptState): void {
    this.#head = kept.head;
    for (const [topic, position] of kept.ends) this.ended.remember(topic, position);
    for (const [key, known] of kept.keys) this.#keys.restore(key, known);
  }

  /**
   * Plans a batch after the last committed one, and after what is `pending` to be committed with it.
   *
   * @throws HoldfastError ERR_TOPIC_ENDED, ERR_KEY_CONFLICT: then nothing of the batch may be appended.
   */
  plan(drafts: readonly Draft[], nowMs: number, pending: Pending = NOTHING): Plan {
    const records: LogRecord[] = [];
    const positions: number[] = [];
    // Keys of this very batch: a repeat within it counts too, and a batch that fails leaves no key behind.
    const keys = new KeyIndex(UNBOUNDED);
    const newKeys = new Map<string, { draft: Draft; position: number }>();
    for (const draft of drafts) {
      const known =
        draft.key === undefined
          ? undefined
          : this.#lookUp(draft.key, draft, [keys, pending.keyIndex, this.#keys], nowMs);
      if (known !== undefined) {
        positions.push(known);
        continue;
      }
      this.#refuseEnded(draft.topic, pending);
      const position = this.#head + pending.records.length + records.length + 1;
      records.push(this.#record(draft, position, nowMs));
      positions.push(position);
      if (draft.key !== undefined) {
        keys.remember(draft.key, draft, position, nowMs);
        newKeys.set(draft.key, { draft, position });
      }
    }
    return { records, positions, keys: newKeys };
  }

  /** Plans the record that ends a topic; undefined when it has ended, or is about to. */
  planEnd(topic: string, nowMs: number, pending: Pending = NOTHING): LogRecord | undefined {
    if (this.ended.get(topic) !== undefined || pending.ended.has(topic)) return undefined;
    const position = this.#head + pending.records.length + 1;
    const text = encodeControl({ kind: 'end', reason: 'ended', topic }, formatId(this.epoch, position));
    return { position, topic, frame: Buffer.from(text), timeMs: nowMs, endsTopic: true };
  }

  /** Takes what has become durable into account: from here on it counts. */
  commit(records: readonly LogRecord[], keys: Plan['keys'] | undefined, nowMs: number): void {
    for (const record of records) {
      this.#head = record.position;
      if (record.endsTopic) this.ended.remember(record.topic, record.position);
    }
    for (const [key, { draft, position }] of keys ?? []) this.#keys.remember(key, draft, position, nowMs);
  }

  endOf(topic: string): number | undefined {
    return this.ended.get(topic);
  }

  trim(nowMs: number): void {
    this.#keys.trim(nowMs);
  }

  #lookUp(key: string, draft: Draft, indexes: readonly KeyIndex[], nowMs: number): number | undefined {
    let known: KeyLookup = { found: 'new' };
    for (const index of indexes) {
      known = index.lookUp(key, draft, nowMs);
      if (known.found !== 'new') break;
    }
    if (known.found === 'new') return undefined;
    if (known.found === 'same') return known.position;
    throw new HoldfastError(
      'ERR_KEY_CONFLICT',
      `The key ${JSON.stringify(key)} belongs to ${formatId(this.epoch, known.position)}, which has another content`,
      'Use a new key for a new event; send the same topic, type and data again only to repeat a publish.',
    );
  }

  #refuseEnded(topic: string, pending: Pending): void {
    const end = pending.ended.get(topic) ?? this.ended.get(topic);
    if (end === undefined) return;
    throw new HoldfastError(
      'ERR_TOPIC_ENDED',
      `The topic ${JSON.stringify(topic)} ended at ${formatId(this.epoch, end)}`,
      'Publish to another topic: an ended topic stays ended.',
    );
  }

  #record(draft: Draft, position: number, nowMs: number): LogRecord {
    const id = formatId(this.epoch, position);
    const frame = Buffer.from(encodeEvent({ id, type: draft.type, data: draft.data }));
    return { position, topic: draft.topic, frame, timeMs: nowMs, endsTopic: false };
  }
}
