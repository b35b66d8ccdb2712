// A hub in a process and a namespace of its own, on two ports: behind its front, and over node:http alone. Beside
// it a server that does what the hub must never do, and resets its peers: it shows that the kernel counts that.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { openAccess } from '../../../src/http/authorization.ts';
import { createHub, type Hub } from '../../../src/http/create-hub.ts';
import type { HubOptions } from '../../../src/http/hub-options.ts';
import { answerAsks } from '../../support/asked-process.ts';

export interface NumberedBatch {
  readonly topics: readonly string[];
  /** Events of each topic. */
  readonly count: number;
  /** Of the data of each. */
  readonly bytes: number;
}

export interface LanePorts {
  readonly fast: number;
  readonly http: number;
}

export interface Memory {
  /** Of this process alone, with what malloc keeps of buffers that are gone. */
  readonly privateBytes: number;
  /** All buffers that are referred to. */
  readonly bufferBytes: number;
}

/** How a connection is treated badly: cut with RST, or closed with what it has sent unread. */
export type Rudeness = 'reset' | 'close-unread';

// As `--expose-gc` has it; its type knows no flavor.
const collectGarbage = globalThis.gc as unknown as (how: Readonly<Record<string, string>>) => void;

let hub: Hub;
let feed: NodeJS.Timeout | undefined;
let rudeSockets: Socket[] = [];
// Counted for all topics alike, which get the same.
let published = 0;

const asks = {
  /** Makes the hub; answers the ports of its two lanes. */
  start(options: HubOptions, host: string): Promise<LanePorts> {
    hub = createHub({ authorize: openAccess, ...options });
    return listenAlso(host);
  },

  /** The same hub on one more address. */
  listenAlso,

  /** Answers the number of the last event. */
  publish,

  /** Publishes again and again until the hub is closed or `stopFeed`, which answers the number of the last event. */
  startFeed(batch: NumberedBatch, everyMs: number): void {
    feed = setInterval(() => void publish(batch), everyMs);
  },

  stopFeed(): number {
    clearInterval(feed);
    return published;
  },

  stats: () => hub.stats(),
  end: (topic: string) => hub.end(topic),

  close(): Promise<void> {
    clearInterval(feed);
    return hub.close();
  },

  /** Garbage is collected first: the process wants `--expose-gc`. */
  memory(): Memory {
    // Twice: what the first finds dead may have held buffers. The last resort also gives back pages that are empty.
    for (let round = 0; round < 2; round++)
      collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
    const kib = /^RssAnon:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'latin1'))![1];
    return { privateBytes: Number(kib) * 1024, bufferBytes: process.memoryUsage().arrayBuffers };
  },

  /** Starts a plain server that keeps what connects and reads nothing; answers its port. */
  startRude: (host: string) =>
    listen(
      createTcpServer({ pauseOnConnect: true }, (socket) => rudeSockets.push(socket)),
      host,
    ),

  rudeConnections: () => rudeSockets.length,

  beRude(rudeness: Rudeness): void {
    for (const socket of rudeSockets) {
      if (rudeness === 'close-unread') socket.destroy();
      else socket.once('data', () => socket.resetAndDestroy()).resume();
    }
    rudeSockets = [];
  },
};

export type HubAsks = typeof asks;

answerAsks(asks);

async function publish({ topics, count, bytes }: NumberedBatch): Promise<number> {
  const from = published + 1;
  published += count;
  const last = published;
  const events = Array.from({ length: count }, (_, i) => `${from + i} `.padEnd(bytes, 'x'));
  await hub.publish(events.flatMap((data) => topics.map((topic) => ({ topic, data }))));
  return last;
}

async function listenAlso(host: string): Promise<LanePorts> {
  return {
    fast: await listen(hub.front(createServer(hub.handle)), host),
    http: await listen(createServer(hub.handle), host),
  };
}

async function listen(server: Server, host: string): Promise<number> {
  server.listen({ host, port: 0, backlog: 4096 });
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}
