// Clients that read event streams, and do on purpose what clients do: leave, stop reading, ask again on a connection
// that was kept, come back. HTTP/1.1 is written by hand, so that every packet is of the lab's choice.

import { once } from 'node:events';
import { type ClientHttp2Session, connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { answerAsks } from '../../support/asked-process.ts';

/** FIN, and what arrives is read on; the socket closed whatever is unread; SO_LINGER with 0 seconds. */
export type Leave = 'fin' | 'close' | 'reset';

export interface StreamPlan {
  readonly host: string;
  /** Default 8080. */
  readonly port?: number;
  readonly path: string;
  readonly tls?: boolean;
  readonly localPort?: number;
  /** A POST with a body of so many bytes. */
  readonly bodyBytes?: number;
  /** Reads no more after so many bytes, or reads on after so long. */
  readonly readBytes?: number;
  readonly readOnAfterMs?: number;
  readonly leaveAfterMs?: number;
  /** Leaves when nothing has come for so long. */
  readonly idleLimitMs?: number;
  /** Default `fin`. */
  readonly leave?: Leave;
  /** TCP keepalive after so much silence. */
  readonly keepAliveMs?: number;
  /** Opens the stream again after so long, so many times. */
  readonly again?: { readonly afterMs: number; readonly times: number };
  /** Asks for all of it at once, and says that it can wait. */
  readonly gzip?: boolean;
}

export interface StreamState {
  readonly bytes: number;
  /** `fin`, the code of the error, `left`; undefined while it is open. */
  readonly end?: string;
}

interface Stream {
  bytes: number;
  end?: string;
  socket?: Socket;
  isSlow?: true;
}

const CONNECT_LIMIT_MS = 30_000;
const streams: Stream[] = [];
let session: ClientHttp2Session | undefined;

const asks = {
  /** Opens a stream and answers its number, when the request is on its way. */
  open(plan: StreamPlan): number {
    const stream: Stream = { bytes: 0 };
    streams.push(stream);
    run(stream, plan);
    return streams.length - 1;
  },

  /** Sends one more request on the connection of a stream. */
  request(number: number, host: string, path: string): void {
    streams[number]!.socket!.write(head({ host, path }));
  },

  /** Opens a stream on the one session of HTTP/2 there is. */
  async openHttp2({ host, port = 8080, path }: StreamPlan): Promise<number> {
    if (session === undefined || session.closed || session.destroyed) {
      session = connectHttp2(`http://${host.includes(':') ? `[${host}]` : host}:${port}`);
      session.on('error', () => {});
      await once(session, 'connect');
    }
    const stream: Stream = { bytes: 0 };
    streams.push(stream);
    const request = session.request({ ':path': path, accept: 'text/event-stream' });
    request.on('data', (chunk: Buffer) => {
      stream.bytes += chunk.length;
    });
    request.on('error', (error: NodeJS.ErrnoException) => {
      stream.end ??= error.code ?? error.message;
    });
    request.on('close', () => {
      stream.end ??= request.rstCode === 0 ? 'fin' : `RST_STREAM ${request.rstCode}`;
    });
    return streams.length - 1;
  },

  closeHttp2: () => session?.close(),

  states: (): StreamState[] =>
    streams.map(({ bytes, end }) => ({ bytes, ...(end !== undefined && { end }) })),

  leave: (number: number, how: Leave) => leaveBy(streams[number]!, how),
};

export type StreamClientAsks = typeof asks;

answerAsks(asks);

function run(stream: Stream, plan: StreamPlan): void {
  const { host, port = 8080, tls = false, localPort, readBytes = Number.POSITIVE_INFINITY } = plan;
  const { leaveAfterMs, idleLimitMs, leave = 'fin', keepAliveMs, again } = plan;
  const where = { host, port, ...(localPort !== undefined && { localPort }) };
  const socket = tls
    ? connectTls({ ...where, rejectUnauthorized: false })
    : connect({ ...where, ...(keepAliveMs && { keepAlive: true, keepAliveInitialDelay: keepAliveMs }) });
  stream.socket = socket;
  let idle: NodeJS.Timeout | undefined;
  const connecting = setTimeout(() => socket.destroy(), CONNECT_LIMIT_MS);
  socket.on(tls ? 'secureConnect' : 'connect', () => {
    clearTimeout(connecting);
    socket.write(head(plan));
    if (plan.bodyBytes) socket.write(Buffer.alloc(plan.bodyBytes, 'b'));
    if (leaveAfterMs !== undefined) setTimeout(() => leaveBy(stream, leave), leaveAfterMs);
  });
  socket.on('data', (chunk: Buffer) => {
    stream.bytes += chunk.length;
    if (stream.bytes >= readBytes && !stream.isSlow) {
      stream.isSlow = true;
      socket.pause();
      if (plan.readOnAfterMs !== undefined) setTimeout(() => socket.resume(), plan.readOnAfterMs);
    }
    if (idleLimitMs === undefined) return;
    clearTimeout(idle);
    idle = setTimeout(() => leaveBy(stream, leave), idleLimitMs);
  });
  socket.on('end', () => {
    stream.end ??= 'fin';
  });
  socket.on('error', (error: NodeJS.ErrnoException) => {
    stream.end ??= error.code ?? error.message;
  });
  socket.on('close', () => {
    clearTimeout(idle);
    clearTimeout(connecting);
    stream.end ??= 'left';
    if (again === undefined || again.times === 0) return;
    const next: Stream = { bytes: 0 };
    streams.push(next);
    const { localPort: _, ...rest } = plan;
    const left = { afterMs: again.afterMs, times: again.times - 1 };
    setTimeout(() => run(next, { ...rest, again: left }), again.afterMs);
  });
}

function leaveBy(stream: Stream, how: Leave): void {
  stream.end ??= 'left';
  if (how === 'fin') stream.socket!.end();
  else if (how === 'close') stream.socket!.destroy();
  else stream.socket!.resetAndDestroy();
}

function head({ host, path, bodyBytes, gzip }: StreamPlan): string {
  const name = host.includes(':') ? `[${host}]` : host;
  return [
    `${bodyBytes ? 'POST' : 'GET'} ${path} HTTP/1.1`,
    `host: ${name}`,
    'accept: text/event-stream',
    ...(gzip ? ['accept-encoding: gzip'] : []),
    ...(bodyBytes ? [`content-length: ${bodyBytes}`] : []),
    '\r\n',
  ].join('\r\n');
}
