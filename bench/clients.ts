// Clients of the bench's own, for what `holdfast load` does not do: streams of the tool's kind (src/load/stream) that all
// come back in one moment, and single ones that come while a server is busy. They run in the bench's process.

import { nowUs } from '../src/load/clock.ts';
import { streamPath } from '../src/load/generator/topics.ts';
import { LoadStream, type StreamObserver } from '../src/load/stream/load-stream.ts';
import { openTcp } from '../src/load/stream/transport.ts';
import type { RunningPeer } from './peers/peer.ts';

const TICK_MS = 1000;
const TIMEOUT_MS = 30_000;

/** What is told of the clients; the rest of what they see does not matter here. */
export type ClientObserver = Pick<StreamObserver, 'onHead' | 'onEvent' | 'onEnd'>;

const nothing = () => {};

export class Clients {
  readonly streams: readonly LoadStream[];
  readonly #timer: NodeJS.Timeout;

  constructor(peer: RunningPeer, count: number, observer: ClientObserver) {
    const url = new URL(peer.urlFor('own topic'));
    const settings = {
      target: { address: url.hostname, port: Number(url.port) },
      openTransport: openTcp,
      host: url.host,
      headers: [],
      connectTimeoutMs: TIMEOUT_MS,
      headTimeoutMs: TIMEOUT_MS,
      silenceTimeoutMs: undefined,
    };
    const all: StreamObserver = {
      onConnect: nothing,
      onFirstEvent: nothing,
      onHeartbeat: nothing,
      onBytes: nothing,
      onOversized: nothing,
      onHead: (stream, headUs) => observer.onHead(stream, headUs),
      onEvent: (stream, data, id, atUs, type) => observer.onEvent(stream, data, id, atUs, type),
      onEnd: (stream, end, atUs) => observer.onEnd(stream, end, atUs),
    };
    const path = streamPath(url, { name: peer.topicName, count: 1 }, 0);
    this.streams = Array.from(
      { length: count },
      (_, index) => new LoadStream(settings, all, { index, path }),
    );
    this.#timer = setInterval(() => {
      for (const stream of this.streams) stream.tick(nowUs(), TICK_MS);
    }, TICK_MS);
  }

  openAll(): void {
    for (const stream of this.streams) stream.open();
  }

  leaveAll(): void {
    for (const stream of this.streams) stream.leave();
  }

  /** Ends them for good. */
  end(): void {
    clearInterval(this.#timer);
    this.leaveAll();
  }
}
