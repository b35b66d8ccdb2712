// Two ends of a channel within one process: what is sent is copied as between processes, arrives in order, and waits
// while an end is stopped.

import { deserialize, serialize } from 'node:v8';
import type { Channel } from '../../src/base/peer.ts';

export class ChannelEnd implements Channel {
  other: ChannelEnd | undefined;
  readonly #messageListeners: ((message: unknown) => void)[] = [];
  readonly #closeListeners: (() => void)[] = [];
  #waiting: Buffer[] = [];
  isStopped = false;
  isClosed = false;
  /** Everything that this end was sent. */
  receivedCount = 0;

  send(message: object): void {
    if (!this.isClosed) this.other!.#receive(serialize(message));
  }

  onMessage(listener: (message: unknown) => void): void {
    this.#messageListeners.push(listener);
  }

  onClose(listener: () => void): void {
    this.#closeListeners.push(listener);
  }

  /** Bytes that wait for this end. */
  get waitingBytes(): number {
    return this.#waiting.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  go(): void {
    this.isStopped = false;
    for (const message of this.#waiting.splice(0)) this.#receive(message);
  }

  /** Lets the oldest of the waiting messages through. */
  step(): boolean {
    const message = this.#waiting.shift();
    if (message !== undefined) this.#deliver(message);
    return message !== undefined;
  }

  close(): void {
    for (const end of [this, this.other!]) {
      if (end.isClosed) continue;
      end.isClosed = true;
      for (const listener of end.#closeListeners) listener();
    }
  }

  #receive(message: Buffer): void {
    if (this.isStopped) this.#waiting.push(message);
    else this.#deliver(message);
  }

  #deliver(message: Buffer): void {
    this.receivedCount++;
    for (const listener of this.#messageListeners) listener(deserialize(message));
  }
}

export function channelPair(): [ChannelEnd, ChannelEnd] {
  const ends: [ChannelEnd, ChannelEnd] = [new ChannelEnd(), new ChannelEnd()];
  ends[0].other = ends[1];
  ends[1].other = ends[0];
  return ends;
}
