// Numbers the pairs of a stream and a topic that a run has met: 0, 1, 2 ... in the order in which they came, so
// that what is known of a pair lives in typed arrays. A hash table with open addressing, because a Map of 50,000
// pairs costs 2 to 4 MiB of heap and this one 0.9.

const FIRST_PAIRS = 1024;
/** Far beyond what one process can hold streams for. */
const MAX_PAIRS = 2 ** 24;
const NONE = 0;

export class PairTable {
  // Slots hold pair + 1, so that a fresh array is an empty table. Never more than half full.
  #slots = new Uint32Array(FIRST_PAIRS * 2);
  #streams = new Uint32Array(FIRST_PAIRS);
  #topics = new Uint32Array(FIRST_PAIRS);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** How many pairs there is room for before the arrays grow. */
  get capacity(): number {
    return this.#streams.length;
  }

  get byteLength(): number {
    return this.#slots.byteLength + this.#streams.byteLength + this.#topics.byteLength;
  }

  streamOf(pair: number): number {
    return this.#streams[pair]!;
  }

  topicOf(pair: number): number {
    return this.#topics[pair]!;
  }

  /**
   * The number of the pair; a new one when it was not met before (then it equals the earlier `count`).
   *
   * @throws RangeError beyond 16,777,216 pairs.
   */
  intern(stream: number, topic: number): number {
    let slot = this.#slotOf(stream, topic);
    const known = this.#slots[slot]!;
    if (known !== NONE) return known - 1;
    if (this.#count === this.#streams.length) {
      this.#grow();
      slot = this.#slotOf(stream, topic);
    }
    const pair = this.#count++;
    this.#slots[slot] = pair + 1;
    this.#streams[pair] = stream;
    this.#topics[pair] = topic;
    return pair;
  }

  /** The slot of the pair, or the empty one where it belongs. */
  #slotOf(stream: number, topic: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    let hash = Math.imul(stream, 0x9e3779b1) ^ Math.imul(topic, 0x85ebca6b);
    hash ^= hash >>> 15;
    let slot = hash & mask;
    while (slots[slot] !== NONE) {
      const pair = slots[slot]! - 1;
      if (this.#streams[pair] === stream && this.#topics[pair] === topic) return slot;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  #grow(): void {
    const capacity = this.#streams.length * 2;
    if (capacity > MAX_PAIRS) throw new RangeError(`Expected at most ${MAX_PAIRS} pairs of stream and topic`);
    this.#streams = grown(this.#streams, capacity);
    this.#topics = grown(this.#topics, capacity);
    this.#slots = new Uint32Array(capacity * 2);
    for (let pair = 0; pair < this.#count; pair++) {
      this.#slots[this.#slotOf(this.#streams[pair]!, this.#topics[pair]!)] = pair + 1;
    }
  }
}

/** A copy with room for `length` numbers. */
export function grown<Numbers extends Uint32Array | Uint8Array>(numbers: Numbers, length: number): Numbers {
  const larger = new (numbers.constructor as new (length: number) => Numbers)(length);
  larger.set(numbers);
  return larger;
}
