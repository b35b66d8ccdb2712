// Which stored keys and ends are still wanted. In memory the key index and the sequencer forget by themselves; this
// forgets the same on disk, a few with each commit.

import type { SequencerLimits } from '../sequencer.ts';
import { remove, type Write } from './store.ts';

// Of the bytes of the log: keys beyond that would leave no room for events.
const KEY_SHARE = 0.25;
const STEP_WRITES = 64;

interface KeyRecord {
  readonly position: number;
  readonly count: number;
  readonly bytes: number;
  readonly timeMs: number;
}

export class KeptKeys {
  readonly #limits: SequencerLimits;
  readonly #maxBytes: number;
  // The oldest first, both.
  readonly #records: KeyRecord[] = [];
  readonly #ends: number[] = [];
  #count = 0;
  #bytes = 0;

  constructor(limits: SequencerLimits, maxLogBytes: number) {
    this.#limits = limits;
    this.#maxBytes = maxLogBytes * KEY_SHARE;
  }

  addKeys(record: KeyRecord): void {
    this.#records.push(record);
    this.#count += record.count;
    this.#bytes += record.bytes;
  }

  addEnd(position: number): void {
    this.#ends.push(position);
  }

  /** The writes that remove what is over a limit, and what to call when they are on disk. */
  nextStep(nowMs: number): { readonly writes: readonly Write[]; readonly onDone: () => void } {
    const records = this.#surplusRecords(nowMs);
    const ends = this.#ends.slice(
      0,
      Math.min(STEP_WRITES, Math.max(0, this.#ends.length - this.#limits.maxEndedTopics)),
    );
    return {
      writes: [
        ...records.map(({ position }) => remove('keys', position)),
        ...ends.map((position) => remove('ends', position)),
      ],
      onDone: () => {
        for (const { count, bytes } of this.#records.splice(0, records.length)) {
          this.#count -= count;
          this.#bytes -= bytes;
        }
        this.#ends.splice(0, ends.length);
      },
    };
  }

  #surplusRecords(nowMs: number): readonly KeyRecord[] {
    const { maxKeys, maxKeyAgeMs } = this.#limits;
    let [count, bytes, surplus] = [this.#count, this.#bytes, 0];
    for (const record of this.#records.slice(0, STEP_WRITES)) {
      const isOld = record.timeMs <= nowMs - maxKeyAgeMs;
      if (!isOld && count - record.count < maxKeys && bytes <= this.#maxBytes) break;
      count -= record.count;
      bytes -= record.bytes;
      surplus++;
    }
    return this.#records.slice(0, surplus);
  }
}
