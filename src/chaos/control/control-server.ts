// The HTTP interface of a running proxy: its faults as a collection of JSON objects. It belongs on loopback; whoever
// reaches it can break every connection of the proxy.
//
//   GET /faults   POST /faults   DELETE /faults   PATCH /faults/NAME   DELETE /faults/NAME   GET /stats

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { HoldfastError } from '../../base/errors.ts';
import type { GivenFault } from '../fault.ts';
import type { Address, FaultProxy } from '../proxy/fault-proxy.ts';

const MAX_BODY_BYTES = 65_536;
const FIELDS = ['kind', 'name', 'direction', 'probability', 'seed', 'options'];

type Handler = (proxy: FaultProxy, name: string, body: GivenFault) => Promise<unknown>;

const routes: Readonly<Record<string, Handler>> = {
  'GET /faults': async (proxy) => proxy.faults,
  'POST /faults': (proxy, _name, body) => proxy.add(body),
  'DELETE /faults': async (proxy) => {
    await proxy.clear();
    return [];
  },
  'PATCH /faults/': (proxy, name, { kind: _, name: __, ...body }) => proxy.change(name, body),
  'DELETE /faults/': (proxy, name) => proxy.remove(name),
  'GET /stats': (proxy) => proxy.stats(),
};

export class ControlServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  /** @throws HoldfastError ERR_LISTEN. */
  static async start(listen: Address, proxy: FaultProxy): Promise<ControlServer> {
    const server = createServer((request, response) => void handle(proxy, request, response));
    server.listen(listen);
    try {
      await once(server, 'listening');
    } catch (cause) {
      throw new HoldfastError(
        'ERR_LISTEN',
        `The control of the proxy cannot listen on ${listen.host}:${listen.port}: ${(cause as Error).message}`,
        'Choose another address, or end what listens there',
        { cause },
      );
    }
    return new ControlServer(server);
  }

  get url(): string {
    const { address, port, family } = this.#server.address() as AddressInfo;
    return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`;
  }

  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }
}

async function handle(proxy: FaultProxy, request: IncomingMessage, response: ServerResponse): Promise<void> {
  try {
    const { pathname } = new URL(request.url ?? '/', 'http://proxy');
    const name = pathname.startsWith('/faults/') ? decodeURIComponent(pathname.slice(8)) : '';
    const path = name === '' ? pathname : '/faults/';
    const route = routes[`${request.method} ${path}`];
    if (route === undefined) {
      const paths = Object.keys(routes).join(', ');
      throw new HoldfastError(
        'ERR_NOT_FOUND',
        `There is no ${request.method} ${pathname}`,
        `There are ${paths}`,
      );
    }
    const hasBody = request.method === 'POST' || request.method === 'PATCH';
    answer(response, 200, await route(proxy, name, hasBody ? await readBody(request) : { kind: '' }));
  } catch (error) {
    const failure =
      error instanceof HoldfastError
        ? error
        : new HoldfastError('ERR_BAD_REQUEST', String((error as Error).message), 'See docs/chaos.md');
    const { code, title, message, help, status } = failure;
    answer(response, status, { code, title, detail: message, help });
  }
}

async function readBody(request: IncomingMessage): Promise<GivenFault> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += (chunk as Buffer).length;
    if (bytes > MAX_BODY_BYTES) {
      throw new HoldfastError('ERR_BODY_TOO_LARGE', 'A fault is a few lines of JSON', 'Send less');
    }
    chunks.push(chunk as Buffer);
  }
  const text = Buffer.concat(chunks).toString();
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    throw new HoldfastError(
      'ERR_BAD_JSON',
      'The body is not JSON',
      'Send {"kind": "latency", "options": {}}',
    );
  }
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HoldfastError(
      'ERR_BAD_FAULT',
      'The body is no object',
      'Send {"kind": "latency", "options": {}}',
    );
  }
  const unknown = Object.keys(body).find((field) => !FIELDS.includes(field));
  if (unknown !== undefined) {
    throw new HoldfastError(
      'ERR_BAD_FAULT',
      `Unknown field \`${unknown}\``,
      `There are ${FIELDS.join(', ')}`,
    );
  }
  return body as GivenFault;
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = `${JSON.stringify(body, undefined, 2)}\n`;
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
