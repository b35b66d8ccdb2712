// A bare TCP client that sends what it is told, for requests that no HTTP client would make.

import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { TestContext } from 'node:test';

export interface RawClient {
  readonly socket: Socket;
  /** Everything received, as latin1. */
  text(): string;
  /** Whether the other side has ended the connection, in whatever way. */
  ended(): boolean;
}

/** Connects and sends `request`. With `reads: false` it never reads a byte. */
export async function rawClient(
  t: TestContext,
  port: number,
  request: string,
  { reads = true }: { reads?: boolean } = {},
): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  t.after(() => socket.destroy());
  let text = '';
  let isEnded = false;
  socket.on('error', () => {});
  for (const event of ['end', 'close']) {
    socket.on(event, () => {
      isEnded = true;
    });
  }
  if (reads)
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
    });
  await once(socket, 'connect');
  socket.write(request);
  return { socket, text: () => text, ended: () => isEnded };
}

/** The head of a stream request. */
export function streamRequest(topic: string, version = '1.1'): string {
  return `GET /stream?topic=${topic} HTTP/${version}\r\nHost: localhost\r\n\r\n`;
}
