// One process's part of a hub: its streams, its front door and its listener, around a log that it has or shares. The
// only process of a small hub and the workers of a large one run this same code.

import type { Logger } from '../../base/logger.ts';
import { resolveOptions } from '../../base/options.ts';
import { openAccess } from '../../http/authorization.ts';
import { type Hub, hubOn } from '../../http/create-hub.ts';
import { type HubOptions, hubOptions } from '../../http/hub-options.ts';
import type { LookAtTcp } from '../../http/tcp-suspects.ts';
import { HubCore } from '../../hub/hub-core.ts';
import type { EventLog } from '../../log/event-log.ts';
import type { DrainOrder } from '../drain-order.ts';
import type { ListenAddress } from '../listen-address.ts';
import { listenAgain } from '../listening.ts';
import type { ShardFigures } from '../metrics/figures.ts';
import { type RunningFront, startServer } from '../server.ts';
import { ListenGate } from './listen-gate.ts';

/** What a process needs to know: plain data, so that it can be told to another process. */
export interface ShardPlan {
  readonly address: ListenAddress;
  readonly hub: Omit<HubOptions, 'log' | 'authorize' | 'logger'>;
  /** The most streams of this process, and connections of any kind. */
  readonly maxStreams: number;
  readonly maxConnections: number;
}

/** What a process that is one of several asks of the others. */
export interface Neighbours {
  /** Rejects with why the hub, all of it, is not ready. */
  checkReady(): Promise<void>;
  /** Whether others take new connections while this process does not. */
  mayPause(): Promise<boolean>;
  onResumed(): void;
}

class ShardCore extends HubCore {
  neighbours: Neighbours | undefined;

  override checkReady(): Promise<void> {
    return this.neighbours?.checkReady() ?? super.checkReady();
  }

  flyCanary(): Promise<void> {
    return super.checkReady();
  }
}

export class ShardServer {
  readonly core: ShardCore;
  readonly #hub: Hub;
  readonly #server: RunningFront;
  readonly #gate: ListenGate | undefined;

  private constructor(core: ShardCore, hub: Hub, server: RunningFront, gate: ListenGate | undefined) {
    this.core = core;
    this.#hub = hub;
    this.#server = server;
    this.#gate = gate;
  }

  /** @throws HoldfastError ERR_LISTEN. The log is closed with it, also when it cannot start. */
  static async start(
    log: EventLog,
    plan: ShardPlan,
    logger: Logger,
    look: LookAtTcp,
    neighbours?: Neighbours,
  ): Promise<ShardServer> {
    const { maxStreams } = plan;
    const given = { ...plan.hub, maxStreams, log, logger, authorize: openAccess };
    const options = resolveOptions('createHub', hubOptions, given);
    const ring = {
      maxEvents: options.maxLogEvents,
      maxBytes: options.maxLogBytes,
      maxAgeMs: options.maxLogAgeMs,
    };
    const core = new ShardCore(log, { ...options, ring });
    core.neighbours = neighbours;
    const hub = hubOn(core, options, look);
    const onError = (error: Error) => logger.error({ err: error }, 'A connection could not be accepted');
    try {
      const server = await startServer(plan.address, hub, onError);
      const { front } = server;
      // What comes beyond is closed at once: better than a process that has no files left.
      // [node] Under cluster a full process would hand it back, and full processes hand it round for ever; this says no.
      const bounds = { maxConnections: plan.maxConnections, dropMaxConnection: true };
      Object.assign(front, bounds);
      const gate = neighbours && gateOf(server, core, plan, neighbours, onError);
      return new ShardServer(core, hub, server, gate);
    } catch (error) {
      await hub.close();
      throw error;
    }
  }

  get url(): string {
    return this.#server.url;
  }

  get port(): number {
    return this.#server.address.port;
  }

  get isAccepting(): boolean {
    return this.#gate?.isOpen ?? true;
  }

  figures(): ShardFigures {
    const { shard } = this.core;
    return { stats: shard.stats(), meter: shard.meter.figures() };
  }

  /** Takes connections also when it is full. */
  async accept(): Promise<void> {
    await this.#gate?.open();
  }

  /** Takes no more connections. */
  stopListening(): void {
    this.#gate?.stop();
    this.#server.stopListening();
  }

  /** Ends all streams one after the other, then everything else. */
  async drain(order: DrainOrder): Promise<void> {
    const onLastStream = () => {
      this.#gate?.stop();
      // Connections that are kept stay for now: their next answer tells them to close, where a close of ours could meet
      // their next request.
      if (this.#server.front.listening) this.#server.front.pause();
    };
    await this.#hub.drain({ ...order, onLastStream });
    await this.#server.close();
  }

  /** Ends all streams, then everything else. */
  async close(): Promise<void> {
    this.stopListening();
    await this.#hub.close();
    await this.#server.close();
  }
}

function gateOf(
  { front, address }: RunningFront,
  { shard }: HubCore,
  plan: ShardPlan,
  neighbours: Neighbours,
  onError: (error: Error) => void,
): ListenGate {
  const gate = new ListenGate({
    fills: async () => [
      { used: shard.streams.size, most: shard.maxStreams },
      { used: await connectionsOf(front), most: Math.floor((plan.maxStreams + plan.maxConnections) / 2) },
    ],
    mayClose: () => neighbours.mayPause(),
    close: () => front.pause(),
    async open() {
      await listenAgain(front, address);
      neighbours.onResumed();
    },
    onError: (error) => onError(error as Error),
  });
  front.on('connection', () => gate.noteConnection());
  return gate;
}

function connectionsOf(front: RunningFront['front']): Promise<number> {
  return new Promise((resolve, reject) => {
    front.getConnections((error, count) => (error === null ? resolve(count) : reject(error)));
  });
}
