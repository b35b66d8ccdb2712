// Finds, on Linux, what no socket says about itself: peers that have vanished (their acknowledgements no longer come,
// and Node.js cannot set TCP_USER_TIMEOUT) and kernel queues that grow. It looks at the kernel's table of sockets
// (tcp-suspects.ts) and touches only streams that the table speaks of. Elsewhere it does nothing, and the kernel's own
// bound holds: 15 minutes of retransmission.

import { setImmediate as turn } from 'node:timers/promises';
import type { Logger } from '../base/logger.ts';
import type { Outlet } from '../hub/outlet.ts';
import type { Shard } from '../hub/shard.ts';
import type { Stream } from '../hub/stream.ts';
import { type Connection, connectionOf } from './connection.ts';
import { type LookAtTcp, lookAtTcp, type TcpSuspect } from './tcp-suspects.ts';

const INTERVAL_MS = 10_000;
// While a stream is held, it waits for the next look: then each tick is one.
const TICK_MS = 1000;
const STREAMS_A_TURN = 500;

export interface ReaperOptions {
  readonly maxKernelBytes: number;
  readonly logger: Logger;
}

/** Sockets that one of ours may be. */
class Suspects {
  readonly #byKey: ReadonlyMap<string, TcpSuspect>;

  constructor(suspects: readonly TcpSuspect[]) {
    this.#byKey = new Map(suspects.map((suspect) => [keyOf(suspect), suspect]));
  }

  find({ socket }: Outlet): TcpSuspect | undefined {
    const connection = socket === undefined || this.#byKey.size === 0 ? undefined : connectionOf(socket);
    return connection && this.#byKey.get(keyOf(connection));
  }
}

export class Reaper {
  readonly #shard: Pick<Shard, 'streams' | 'hold'>;
  readonly #options: ReaperOptions;
  readonly #lookAtTcp: LookAtTcp;
  readonly #timer: NodeJS.Timeout;
  // Whose queue was too long at the last look: once may be a burst on its way.
  #wasOver = new WeakSet<Stream>();
  #hasFailed = false;
  #heldCount = 0;
  #isLooking = false;
  #dueMs = performance.now() + INTERVAL_MS;
  #isStopped = false;

  constructor(shard: Pick<Shard, 'streams' | 'hold'>, options: ReaperOptions, look: LookAtTcp = lookAtTcp) {
    this.#shard = shard;
    this.#options = options;
    this.#lookAtTcp = look;
    this.#timer = setInterval(() => void this.#tick(), TICK_MS).unref();
  }

  stop(): void {
    this.#isStopped = true;
    clearInterval(this.#timer);
  }

  async #scan(): Promise<void> {
    const look = await this.#lookAtTcp(this.#options.maxKernelBytes);
    const suspects = new Suspects(look.suspects);
    const isOver = new WeakSet<Stream>();
    let count = 0;
    this.#heldCount = 0;
    for (const stream of this.#shard.streams) {
      if (++count % STREAMS_A_TURN === 0) await turn();
      if (this.#isStopped) return;
      const suspect = suspects.find(stream.outlet);
      if (suspect === undefined) stream.release();
      else if (suspect.isLost) stream.cut('client-lost');
      else if (stream.heldBytes > 0 || this.#wasOver.has(stream)) {
        this.#shard.hold(stream, suspect.queuedBytes);
        this.#heldCount++;
      } else isOver.add(stream);
    }
    this.#wasOver = isOver;
  }

  /** Looks once: cuts streams whose peer is lost, holds those whose queue stays too long, releases the others. */
  async look(): Promise<void> {
    try {
      if (!isEmpty(this.#shard.streams)) await this.#scan();
      this.#hasFailed = false;
    } catch (error) {
      this.#heldCount = 0;
      this.#releaseAll();
      const message = 'The table of TCP sockets cannot be read; lost peers stay until it can';
      if (!this.#hasFailed) this.#options.logger.warn({ err: error }, message);
      this.#hasFailed = true;
    }
  }

  async #tick(): Promise<void> {
    const nowMs = performance.now();
    // A machine that is too slow for a look each second gets fewer.
    if (this.#isLooking || (this.#heldCount === 0 && nowMs < this.#dueMs)) return;
    this.#isLooking = true;
    this.#dueMs = nowMs + INTERVAL_MS;
    await this.look();
    this.#isLooking = false;
  }

  // Better a full kernel queue than a stream that waits for a look that may never come.
  #releaseAll(): void {
    for (const stream of this.#shard.streams) stream.release();
  }
}

function keyOf({ localPort, remotePort, remoteAddress }: Connection): string {
  return `${localPort} ${remotePort} ${remoteAddress}`;
}

function isEmpty(streams: Iterable<unknown>): boolean {
  return streams[Symbol.iterator]().next().done === true;
}
