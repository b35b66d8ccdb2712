// A server of publishes over bare sockets that is in the hands of the test: it notes each request with the time at which
// its last byte came, and answers nothing that it is not told to.

import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import type { TestContext } from 'node:test';
import { nowUs } from '../../src/load/clock.ts';
import { readStamp, type Stamp } from '../../src/load/stamp.ts';
import { type RawRequest, readRequests } from './raw-requests.ts';

export const RUN = 'abcdef';

export interface PublishRequest extends RawRequest {
  /** On the clock of the stamps. */
  readonly atUs: number;
  /** From 0, in order of connecting. */
  readonly connection: number;
  readonly stamps: readonly Stamp[];
}

export interface PublishServer {
  readonly port: number;
  readonly requests: PublishRequest[];
  readonly sockets: Socket[];
}

/** `onRequest` is told the requests with their number from 0, over all connections. */
export async function startPublishServer(
  t: TestContext,
  onRequest: (socket: Socket, n: number, request: PublishRequest) => void,
  onConnection: (socket: Socket) => void = () => {},
): Promise<PublishServer> {
  const requests: PublishRequest[] = [];
  const sockets: Socket[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const connection = sockets.push(socket) - 1;
    socket.on('error', () => {});
    readRequests(socket, (raw) => {
      const stamps = raw.body.split('\n').map((line) => readStamp(line, RUN)!);
      const request = { ...raw, atUs: nowUs(), connection, stamps };
      onRequest(socket, requests.push(request) - 1, request);
    });
    onConnection(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return { port: (server.address() as AddressInfo).port, requests, sockets };
}
