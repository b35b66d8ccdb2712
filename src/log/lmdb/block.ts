// A block: the records of one commit, or as many of them as fit in 8 KiB, as one value of the store. A record a
// value would cost 2.45 times the payload. Pure encoding; whoever reads a block gets what was written, or an error.
//
//   seal | first position | time | count | topics | per topic: length, bytes | per record: frame, topic | frames
//    u32 |            f64 |  f64 |   u32 |    u16 |             u16, UTF-8  |           u32, u16        |

import type { LogRecord } from '../event-log.ts';
import { damaged, SEAL_BYTES, seal, unseal } from './seal.ts';

/**
 * The most bytes of a block that holds more than one record: two pages of the store, less their head. Whoever wants one
 * topic of a thousand reads a whole block for each record: with 64 KiB that took ten times as long.
 */
export const MAX_BLOCK_BYTES = 2 * 4096 - 16;

const HEAD_BYTES = 8 + 8 + 4 + 2;
const TOPIC_BYTES = 2;
const RECORD_BYTES = 6;
// In the length of a frame: the record ends its topic.
const ENDS_TOPIC = 0x8000_0000;

/** Cuts the records of a commit into blocks. */
export function cutBlocks(records: readonly LogRecord[]): LogRecord[][] {
  const blocks: LogRecord[][] = [];
  let block: LogRecord[] = [];
  let topics = new Set<string>();
  let bytes = SEAL_BYTES + HEAD_BYTES;
  for (const record of records) {
    const alone = RECORD_BYTES + record.frame.byteLength;
    const topicBytes = TOPIC_BYTES + Buffer.byteLength(record.topic);
    const cost = alone + (topics.has(record.topic) ? 0 : topicBytes);
    if (block.length > 0 && bytes + cost > MAX_BLOCK_BYTES) {
      blocks.push(block);
      block = [];
      topics = new Set();
      bytes = SEAL_BYTES + HEAD_BYTES;
    }
    bytes += alone + (topics.has(record.topic) ? 0 : topicBytes);
    topics.add(record.topic);
    block.push(record);
  }
  if (block.length > 0) blocks.push(block);
  return blocks;
}

/** The value of a block. Its records have consecutive positions and one time. */
export function encodeBlock(records: readonly LogRecord[]): Buffer {
  const topics = new Map<string, number>();
  for (const { topic } of records) if (!topics.has(topic)) topics.set(topic, topics.size);
  const names = Array.from(topics.keys(), (topic) => Buffer.from(topic));
  const size =
    SEAL_BYTES +
    HEAD_BYTES +
    names.reduce((sum, name) => sum + TOPIC_BYTES + name.byteLength, 0) +
    records.reduce((sum, record) => sum + RECORD_BYTES + record.frame.byteLength, 0);
  const value = Buffer.allocUnsafeSlow(size);
  let at = value.writeDoubleLE(records[0]!.position, SEAL_BYTES);
  at = value.writeDoubleLE(records[0]!.timeMs, at);
  at = value.writeUInt32LE(records.length, at);
  at = value.writeUInt16LE(names.length, at);
  for (const name of names) {
    at = value.writeUInt16LE(name.byteLength, at);
    at += name.copy(value, at);
  }
  for (const { topic, frame, endsTopic } of records) {
    at = value.writeUInt32LE(frame.byteLength + (endsTopic ? ENDS_TOPIC : 0), at);
    at = value.writeUInt16LE(topics.get(topic)!, at);
  }
  for (const { frame } of records) {
    value.set(frame, at);
    at += frame.byteLength;
  }
  return seal(value);
}

/** A block that was read: it is checked at once; its topics and records are made when they are asked for. */
export class Block {
  readonly first: number;
  readonly timeMs: number;
  readonly count: number;
  readonly #body: Buffer;
  #topics: readonly string[] | undefined;
  #table = 0;

  /** @throws HoldfastError ERR_LOG_DAMAGED when the value is not the block of this position, whole and unchanged. */
  constructor(position: number, value: Buffer) {
    const body = unseal(value, `block ${position}`);
    this.first = body.readDoubleLE(0);
    if (this.first !== position) throw damaged(`block ${position} holds what belongs to ${this.first}`);
    this.timeMs = body.readDoubleLE(8);
    this.count = body.readUInt32LE(16);
    this.#body = body;
  }

  get topics(): readonly string[] {
    if (this.#topics !== undefined) return this.#topics;
    const topics: string[] = [];
    let at = HEAD_BYTES;
    for (let left = this.#body.readUInt16LE(20); left > 0; left--) {
      const end = at + TOPIC_BYTES + this.#body.readUInt16LE(at);
      topics.push(this.#body.toString('utf8', at + TOPIC_BYTES, end));
      at = end;
    }
    this.#table = at;
    this.#topics = topics;
    return topics;
  }

  /** False when certainly none of its topics is this one, whose UTF-8 is given: 1 us, where its topics take 10. */
  mayHave(topic: Buffer): boolean {
    return this.#body.includes(topic);
  }

  /** The position that a value says it begins with; `new Block` checks the value. */
  static firstOf(value: Buffer): number {
    return value.byteLength < SEAL_BYTES + HEAD_BYTES ? 0 : value.readDoubleLE(SEAL_BYTES);
  }

  get last(): number {
    return this.first + this.count - 1;
  }

  /** The index in `topics` and the record itself, for each record after a position. */
  *recordsAfter(position: number): Generator<readonly [topicIndex: number, record: LogRecord]> {
    const { topics } = this;
    let frameAt = this.#table + this.count * RECORD_BYTES;
    for (let i = 0; i < this.count; i++) {
      const at = this.#table + i * RECORD_BYTES;
      const length = this.#body.readUInt32LE(at);
      const end = frameAt + (length % ENDS_TOPIC);
      if (this.first + i > position) {
        const topicIndex = this.#body.readUInt16LE(at + 4);
        const record = {
          position: this.first + i,
          topic: topics[topicIndex]!,
          frame: this.#body.subarray(frameAt, end),
          timeMs: this.timeMs,
          endsTopic: length >= ENDS_TOPIC,
        };
        yield [topicIndex, record];
      }
      frameAt = end;
    }
  }
}
