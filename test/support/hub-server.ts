// A hub on a real socket for one test, closed with it.

import { once } from 'node:events';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type TestContext, test } from 'node:test';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub, type Hub } from '../../src/http/create-hub.ts';
import type { Front } from '../../src/http/front/front.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';

export interface HubServer {
  readonly hub: Hub;
  /** What listens. */
  readonly server: HttpServer | Front;
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
}

export type StartHub = (t: TestContext, options?: HubOptions) => Promise<HubServer>;

/** Starts a hub with the fast lane in front, open to everybody unless told otherwise. */
export const startHub: StartHub = (t, options) => start(t, options, (hub, server) => hub.front(server));

/** The same, with every stream over node:http. */
const startHubWithoutLane: StartHub = (t, options) => start(t, options, (_, server) => server);

/** Two tests of what must be the same on both ways that a stream can come. */
export function laneTest(title: string, body: (t: TestContext, startHub: StartHub) => Promise<void>): void {
  test(`${title} [fast lane]`, (t) => body(t, startHub));
  test(`${title} [node:http]`, (t) => body(t, startHubWithoutLane));
}

async function start(
  t: TestContext,
  options: HubOptions | undefined,
  inFront: (hub: Hub, httpServer: HttpServer) => HttpServer | Front,
): Promise<HubServer> {
  const hub = createHub({ authorize: openAccess, closeTimeoutMs: 1000, ...options });
  const server: HttpServer | Front = inFront(hub, createServer(hub.handle));
  // Without a host the kernel's queue is all that a storm of connects has: 1,000 come at once in some tests.
  server.listen({ port: 0, host: '127.0.0.1', backlog: 4096 });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  t.after(async () => {
    await hub.close();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { hub, server, port, url: `http://127.0.0.1:${port}` };
}

/** POSTs events as JSON and returns the status and the answer. */
export async function post(url: string, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  const response = await fetch(`${url}/publish`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    signal: AbortSignal.timeout(10_000),
  });
  // biome-ignore lint/suspicious/noExplicitAny: the tests say what they expect of it.
  return { status: response.status, headers: response.headers, answer: (await response.json()) as any };
}
