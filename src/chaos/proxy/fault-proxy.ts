// A TCP proxy with faults that are put on, changed and taken away while it runs. It knows nothing of HTTP: what it does
// to a stream, a network or a middlebox could do.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { HoldfastError } from '../../base/errors.ts';
import { type GivenOptions, integer, milliseconds, resolveOptions } from '../../base/options.ts';
import { parseOpenFileLimit } from '../../base/proc-limits.ts';
import type { Fault, GivenFault } from '../fault.ts';
import { FaultTable } from '../fault-table.ts';
import { faultKinds } from '../faults/kinds.ts';
import type { CarrierStats } from './carrier.ts';
import { type Carriers, carryElsewhere, carryHere } from './carriers.ts';

/** Open files of a process beside its connections. */
const RESERVED_FILES = 200;
const FALLBACK_FILES = 1024;
const BACKLOG = 65_535;

export const faultProxyOptions = {
  /** Open at once; one more is refused with RST. */
  maxConnections: integer(10_000),
  /** Bytes held of one direction of one connection before the sender is no longer read. */
  maxHeldBytes: integer(262_144, 1024),
  /** How long a connection stays that was swallowed, after which both sides get RST. */
  maxDarkMs: milliseconds(900_000),
};

export type FaultProxyOptions = GivenOptions<typeof faultProxyOptions>;

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface ProxyStats extends CarrierStats {
  /** Connections that were refused since there were as many as may be. */
  readonly refused: number;
}

export class FaultProxy {
  readonly #server: Server;
  readonly #carriers: Carriers;
  readonly #table = new FaultTable(faultKinds);
  /** Changes reach the carriers in the order in which they were made. */
  #changes: Promise<unknown> = Promise.resolve();
  #taken = 0;
  #refused = 0;

  private constructor(server: Server, carriers: Carriers) {
    this.#server = server;
    this.#carriers = carriers;
  }

  /**
   * Listens, and carries what comes to `upstream`. Where one process has too few open files for `maxConnections`, others
   * are started that share the work.
   *
   * @throws HoldfastError ERR_LISTEN; TypeError for an option that is not usable.
   */
  static async start(
    listen: Address,
    upstream: Address,
    given: FaultProxyOptions = {},
    onProblem: (text: string) => void = () => {},
  ): Promise<FaultProxy> {
    const { maxConnections, ...options } = resolveOptions('FaultProxy', faultProxyOptions, given);
    const processes = processesFor(maxConnections, openFileLimit());
    const carrierOptions = { ...options, upstream };
    let open = 0;
    const onClosed = (count: number) => {
      open -= count;
    };
    const carriers =
      processes === 1
        ? carryHere(carrierOptions, onClosed)
        : carryElsewhere(carrierOptions, processes, onClosed, onProblem);
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: processes > 1 });
    const proxy = new FaultProxy(server, carriers);
    server.on('connection', (client) => {
      client.on('error', () => {});
      if (open >= maxConnections) {
        proxy.#refused++;
        client.resetAndDestroy();
        return;
      }
      open++;
      carriers.take(client, proxy.#taken++);
    });
    server.listen({ ...listen, backlog: BACKLOG });
    try {
      await once(server, 'listening');
    } catch (cause) {
      await carriers.close();
      throw new HoldfastError(
        'ERR_LISTEN',
        `The proxy cannot listen on ${listen.host}:${listen.port}: ${(cause as Error).message}`,
        'Choose another address, or end what listens there',
        { cause },
      );
    }
    return proxy;
  }

  get address(): Address {
    const { address, port } = this.#server.address() as AddressInfo;
    return { host: address, port };
  }

  get faults(): readonly Fault[] {
    return this.#table.faults;
  }

  /** Puts a fault on all connections, present and future. @throws HoldfastError ERR_BAD_FAULT. */
  async add(given: GivenFault): Promise<Fault> {
    return this.#changed(this.#table.add(given));
  }

  /** @throws HoldfastError ERR_BAD_FAULT, ERR_NO_SUCH_FAULT. */
  async change(name: string, given: Omit<GivenFault, 'kind' | 'name'>): Promise<Fault> {
    return this.#changed(this.#table.change(name, given));
  }

  /** @throws HoldfastError ERR_NO_SUCH_FAULT. */
  async remove(name: string): Promise<Fault> {
    return this.#changed(this.#table.remove(name));
  }

  async clear(): Promise<void> {
    this.#table.clear();
    await this.#changed(undefined);
  }

  async stats(): Promise<ProxyStats> {
    return { ...(await this.#carriers.stats()), refused: this.#refused };
  }

  /** Stops listening and resets what is open. */
  async close(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    await this.#carriers.close();
    await closed;
  }

  /** Answers when every carrier has it. */
  async #changed<T>(result: T): Promise<T> {
    const { faults } = this.#table;
    const change = this.#changes.then(() => this.#carriers.apply(faults));
    this.#changes = change.catch(() => {});
    await change;
    return result;
  }
}

/** How many processes have enough open files for so many connections, each with two. */
export function processesFor(connections: number, openFiles: number | undefined): number {
  const each = Math.floor(((openFiles ?? FALLBACK_FILES) - RESERVED_FILES) / 2);
  return Math.ceil(connections / Math.max(1, each));
}

function openFileLimit(): number | undefined {
  try {
    return parseOpenFileLimit(readFileSync('/proc/self/limits', 'utf8'));
  } catch {
    // Only Linux has it.
    return undefined;
  }
}
