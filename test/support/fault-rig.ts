// A proxy with faults between a client and a server that do what a test tells them, and what each of the two has seen.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import type { GivenFault } from '../../src/chaos/fault.ts';
import { FaultProxy, type FaultProxyOptions } from '../../src/chaos/proxy/fault-proxy.ts';
import { waitFor } from './wait-for.ts';

/** One end of a connection through the proxy. */
export class End {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  /** How the other side has ended; undefined while it has not. */
  ended: 'fin' | 'reset' | undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#chunks.push(chunk));
    socket.on('end', () => {
      this.ended ??= 'fin';
    });
    socket.on('error', () => {
      this.ended = 'reset';
    });
  }

  get bytes(): Buffer {
    return Buffer.concat(this.#chunks);
  }

  get text(): string {
    return this.bytes.toString('latin1');
  }

  send(data: string | Uint8Array): void {
    this.socket.write(data);
  }
}

export interface Pair {
  readonly client: End;
  readonly server: End;
}

export class FaultRig {
  readonly proxy: FaultProxy;
  readonly #t: TestContext;
  readonly #accepted: End[];

  private constructor(t: TestContext, proxy: FaultProxy, accepted: End[]) {
    this.#t = t;
    this.proxy = proxy;
    this.#accepted = accepted;
  }

  static async start(
    t: TestContext,
    faults: readonly GivenFault[] = [],
    options: FaultProxyOptions = {},
  ): Promise<FaultRig> {
    const accepted: End[] = [];
    const server = createServer({ allowHalfOpen: true }, (socket) => accepted.push(new End(socket)));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const upstream = { host: '127.0.0.1', port: (server.address() as AddressInfo).port };
    // Few enough for one process, wherever the tests run; another number is asked for.
    const proxy = await FaultProxy.start({ host: '127.0.0.1', port: 0 }, upstream, {
      maxConnections: 200,
      ...options,
    });
    t.after(async () => {
      for (const { socket } of accepted) socket.destroy();
      server.close();
      await proxy.close();
    });
    for (const fault of faults) await proxy.add(fault);
    return new FaultRig(t, proxy, accepted);
  }

  /** A client alone, where the server may never see it. */
  async client(): Promise<End> {
    const socket = connect({ ...this.proxy.address, allowHalfOpen: true });
    this.#t.after(() => socket.destroy());
    const client = new End(socket);
    await waitFor('the connection', () => client.ended !== undefined || !socket.connecting);
    return client;
  }

  /** A client and the server's end of its connection. */
  async pair(): Promise<Pair> {
    const before = this.#accepted.length;
    const client = await this.client();
    const server = await waitFor('the server to be connected', () => this.#accepted[before]);
    return { client, server };
  }
}
