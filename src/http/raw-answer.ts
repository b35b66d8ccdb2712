// A whole answer on a bare socket, for requests that have no ServerResponse. It ends the connection.

import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { WholeAnswer } from './answer.ts';

/** How long a client may go on sending after the answer. Closed at once, it would see a reset, not the answer. */
const LINGER_MS = 1000;

/** Sends an answer, drops what the client still sends, and closes within a second. */
export function answerRaw(socket: Socket, { status, headers, body }: WholeAnswer): void {
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  socket.end(Buffer.concat([responseHead(status, { ...headers, ...length }), Buffer.from(body ?? '')]));
  socket.resume();
  const giveUp = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once('close', () => clearTimeout(giveUp));
}

/** The head of a response after which the connection is closed; `headers` hold neither `date` nor `connection`. */
export function responseHead(status: number, headers: Readonly<Record<string, string>>): Buffer {
  // One text that grows: a list of lines joined took 8 us of each connect, in a storm.
  let head = `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\ndate: ${dateNow()}\r\nconnection: close\r\n`;
  for (const name in headers) head += `${name}: ${headers[name]}\r\n`;
  return Buffer.from(`${head}\r\n`);
}

let dateSecond = 0;
let dateText = '';

/** The same for all answers of a second. */
function dateNow(): string {
  const second = Math.floor(Date.now() / 1000);
  if (second !== dateSecond) {
    dateSecond = second;
    dateText = new Date(second * 1000).toUTCString();
  }
  return dateText;
}
