// A hub on a real socket for one test, closed with it.

import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import { openAccess } from '../../src/http/authorization.ts';
import { createHub, type Hub } from '../../src/http/create-hub.ts';
import type { HubOptions } from '../../src/http/hub-options.ts';

export interface HubServer {
  readonly hub: Hub;
  readonly server: Server;
  readonly port: number;
  /** Without a slash at the end. */
  readonly url: string;
}

/** Starts a hub that is open to everybody unless told otherwise. */
export async function startHub(t: TestContext, options: HubOptions = {}): Promise<HubServer> {
  const hub = createHub({ authorize: openAccess, closeTimeoutMs: 1000, ...options });
  const server = createServer(hub.handle);
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
