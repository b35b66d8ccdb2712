// A TCP relay between a client and a hub, to cut connections the way a network does. While it is cut, new
// connections are taken and held; restore() lets them through.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export type CutKind = 'reset' | 'fin';

export class Relay {
  readonly #targetPort: number;
  readonly #server = createServer({ allowHalfOpen: true }, (client) => this.#take(client));
  readonly #pairs = new Set<readonly [client: Socket, target: Socket]>();
  readonly #held = new Set<Socket>();
  #isCut = false;
  #port = 0;
  /** Sees every chunk that the hub sends, before the client does. */
  onChunk: (chunk: Buffer) => void = () => {};

  private constructor(targetPort: number) {
    this.#targetPort = targetPort;
  }

  static async start(t: TestContext, targetPort: number): Promise<Relay> {
    const relay = new Relay(targetPort);
    relay.#server.listen(0, '127.0.0.1');
    await once(relay.#server, 'listening');
    relay.#port = (relay.#server.address() as AddressInfo).port;
    t.after(() => relay.#close());
    return relay;
  }

  get port(): number {
    return this.#port;
  }

  /** Cuts every connection on both sides, and holds new ones until restore(). */
  cut(kind: CutKind): void {
    this.#isCut = true;
    for (const [client, target] of this.#pairs) {
      client.unpipe(target);
      target.unpipe(client);
      if (kind === 'reset') {
        client.resetAndDestroy();
        target.resetAndDestroy();
      } else {
        client.end();
        target.end();
      }
    }
    this.#pairs.clear();
  }

  restore(): void {
    this.#isCut = false;
    for (const client of this.#held) this.#join(client);
    this.#held.clear();
  }

  #take(client: Socket): void {
    client.on('error', () => client.destroy());
    if (!this.#isCut) this.#join(client);
    else {
      this.#held.add(client);
      client.once('close', () => this.#held.delete(client));
    }
  }

  #join(client: Socket): void {
    const target = connect({ port: this.#targetPort, host: '127.0.0.1', allowHalfOpen: true });
    const pair = [client, target] as const;
    this.#pairs.add(pair);
    target.on('error', () => client.destroy());
    target.on('data', (chunk: Buffer) => this.onChunk(chunk));
    for (const socket of pair) socket.once('close', () => this.#pairs.delete(pair));
    client.pipe(target);
    target.pipe(client);
  }

  #close(): void {
    this.#server.close();
    for (const socket of [...this.#held, ...[...this.#pairs].flat()]) socket.destroy();
  }
}
