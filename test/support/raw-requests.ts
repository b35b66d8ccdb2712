// Reads HTTP/1.1 requests off a socket, one after the other, with bodies by content-length only: enough for a
// scripted server that has its hands on the socket.

import type { Socket } from 'node:net';

export interface RawRequest {
  readonly method: string;
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export function readRequests(socket: Socket, onRequest: (request: RawRequest) => void): void {
  let text = '';
  socket.setEncoding('latin1');
  socket.on('data', (chunk: string) => {
    text += chunk;
    for (;;) {
      const headEnd = text.indexOf('\r\n\r\n');
      if (headEnd === -1) return;
      const [requestLine = '', ...lines] = text.slice(0, headEnd).split('\r\n');
      const headers = Object.fromEntries(lines.map(readHeader));
      const bodyEnd = headEnd + 4 + Number(headers['content-length'] ?? 0);
      if (text.length < bodyEnd) return;
      const body = text.slice(headEnd + 4, bodyEnd);
      text = text.slice(bodyEnd);
      const [method = '', path = ''] = requestLine.split(' ');
      onRequest({ method, path, headers, body });
    }
  });
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
