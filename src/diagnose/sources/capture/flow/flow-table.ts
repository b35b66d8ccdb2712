// Finds the flow of a packet. It holds a bounded number of flows and counts those beyond.

import { ACK, SYN } from '../packet/tcp-flags.ts';
import type { TcpPacket } from '../packet/tcp-packet.ts';
import { type FlowShared, FlowState } from './flow-state.ts';

// More flows than this with one hash are no accident.
const MAX_CHAIN = 64;
// Bits by which flows that are left out are counted once. Where two fall together, fewer are counted.
const LEFT_OUT_BITS = 1_048_576;

/** A flow under its two addresses and ports, as numbers: comparing texts for each packet would cost more than all else. */
class Entry {
  readonly flow: FlowState;
  next: Entry | undefined;
  readonly hash: number;
  readonly words: readonly number[];
  readonly ports: number;

  constructor(flow: FlowState, hash: number, packet: TcpPacket, next: Entry | undefined) {
    this.flow = flow;
    this.hash = hash;
    this.next = next;
    const { bytes, addressesAt, addressBytes } = packet;
    this.words = Array.from({ length: addressBytes / 2 }, (_, i) => bytes.readInt32BE(addressesAt + i * 4));
    this.ports = packet.sourcePort * 65_536 + packet.destinationPort;
  }

  /** 0: the packet goes the way of the first; 1: the other way; -1: it is of another flow. */
  sideOf({ bytes, addressesAt, addressBytes, sourcePort, destinationPort }: TcpPacket): 0 | 1 | -1 {
    const { words } = this;
    const half = addressBytes / 4;
    if (words.length !== half * 2) return -1;
    const isForth = this.ports === sourcePort * 65_536 + destinationPort;
    if (isForth && wordsEqual(words, bytes, addressesAt, 0) && wordsEqual(words, bytes, addressesAt, half))
      return 0;
    if (this.ports !== destinationPort * 65_536 + sourcePort) return -1;
    for (let i = 0; i < half; i++) {
      if (words[i + half] !== bytes.readInt32BE(addressesAt + i * 4)) return -1;
      if (words[i] !== bytes.readInt32BE(addressesAt + addressBytes + i * 4)) return -1;
    }
    return 1;
  }
}

function wordsEqual(words: readonly number[], bytes: Buffer, at: number, from: number): boolean {
  for (let i = from; i < from + words.length / 2; i++) {
    if (words[i] !== bytes.readInt32BE(at + i * 4)) return false;
  }
  return true;
}

export interface FlowTableOptions {
  readonly maxFlows: number;
  readonly shared: FlowShared;
  /** Random, so that nobody can make a capture whose flows all have one hash. */
  readonly seed: number;
}

export class FlowTable {
  leftOut = 0;
  readonly #options: FlowTableOptions;
  readonly #heads = new Map<number, Entry>();
  readonly #flows: FlowState[] = [];
  readonly #leftOutBits = new Uint32Array(LEFT_OUT_BITS / 32);
  // Most packets are of the flow of the one before.
  #latest: Entry | undefined;
  #latestSide: 0 | 1 = 0;
  #count = 0;

  constructor(options: FlowTableOptions) {
    this.#options = options;
  }

  /** Gives all flows away, in the order in which they began, so that each can be forgotten before the next. */
  *drain(): Generator<FlowState> {
    this.#heads.clear();
    this.#latest = undefined;
    this.#flows.reverse();
    for (let flow = this.#flows.pop(); flow !== undefined; flow = this.#flows.pop()) yield flow;
  }

  take(packet: TcpPacket): void {
    const entry = this.#find(packet);
    const isSyn = (packet.flags & (SYN | ACK)) === SYN;
    if (entry !== undefined && !(isSyn && entry.flow.isOver(this.#latestSide, packet.seq))) {
      entry.flow.take(packet, this.#latestSide);
      return;
    }
    if (entry !== undefined) this.#forget(entry, packet);
    this.#begin(packet)?.take(packet, 0);
  }

  /** The flow of a packet that an ICMP error quotes, and whose packet it is. */
  find(packet: TcpPacket): { readonly flow: FlowState; readonly side: 0 | 1 } | undefined {
    const entry = this.#find(packet);
    return entry === undefined ? undefined : { flow: entry.flow, side: this.#latestSide };
  }

  #find(packet: TcpPacket): Entry | undefined {
    const hash = this.#hash(packet);
    const latest = this.#latest?.hash === hash ? this.#latest.sideOf(packet) : -1;
    if (latest !== -1) {
      this.#latestSide = latest;
      return this.#latest;
    }
    for (let entry = this.#heads.get(hash); entry !== undefined; entry = entry.next) {
      const side = entry.sideOf(packet);
      if (side === -1) continue;
      this.#latest = entry;
      this.#latestSide = side;
      return entry;
    }
    return undefined;
  }

  /** Nothing that comes is of this connection: its ports are in use again. */
  #forget(entry: Entry, packet: TcpPacket): void {
    const hash = this.#hash(packet);
    let before = this.#heads.get(hash);
    if (before === entry) {
      if (entry.next === undefined) this.#heads.delete(hash);
      else this.#heads.set(hash, entry.next);
    } else {
      while (before !== undefined && before.next !== entry) before = before.next;
      if (before !== undefined) before.next = entry.next;
    }
    this.#latest = undefined;
  }

  #begin(packet: TcpPacket): FlowState | undefined {
    const { maxFlows, shared } = this.#options;
    const hash = this.#hash(packet);
    const head = this.#heads.get(hash);
    let chain = 0;
    for (let entry = head; entry !== undefined; entry = entry.next) chain++;
    if (this.#flows.length >= maxFlows || chain >= MAX_CHAIN) {
      this.#countLeftOut(hash);
      return undefined;
    }
    const flow = new FlowState(this.#count++, packet, shared);
    const entry = new Entry(flow, hash, packet, head);
    this.#heads.set(hash, entry);
    this.#flows.push(flow);
    this.#latest = entry;
    this.#latestSide = 0;
    return flow;
  }

  #countLeftOut(hash: number): void {
    const bit = hash & (LEFT_OUT_BITS - 1);
    const word = bit >>> 5;
    const mask = 1 << (bit & 31);
    if ((this.#leftOutBits[word]! & mask) !== 0) return;
    this.#leftOutBits[word]! |= mask;
    this.leftOut++;
    this.#count++;
  }

  /** The same for both directions. */
  #hash({ bytes, addressesAt, addressBytes, sourcePort, destinationPort }: TcpPacket): number {
    const a = this.#hashOf(bytes, addressesAt, addressBytes, sourcePort);
    const b = this.#hashOf(bytes, addressesAt + addressBytes, addressBytes, destinationPort);
    return (a + b) | 0;
  }

  #hashOf(bytes: Buffer, at: number, length: number, port: number): number {
    // Mixed before the address, or ports and addresses would cancel each other out.
    let hash = Math.imul(this.#options.seed ^ port, 0x9e3779b1);
    for (let i = 0; i < length; i += 4) {
      hash = Math.imul(hash ^ bytes.readInt32BE(at + i), 0x85ebca6b);
      hash = Math.imul(hash ^ (hash >>> 15), 0xc2b2ae35);
      hash ^= hash >>> 13;
    }
    return hash;
  }
}
