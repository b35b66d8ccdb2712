// A plain server of event streams that does what it is told: each path has a plan, which ends well or badly. It is no
// hub: the lab shows what others do wrong.

import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttp1, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttp2, type Http2Session, type ServerHttp2Stream } from 'node:http2';
import { createServer as createHttps } from 'node:https';
import type { Server, Socket } from 'node:net';
import { answerAsks } from '../../support/asked-process.ts';

/** How a stream is ended; without any it is held. */
export type Close =
  /** The last chunk or END_STREAM, and the connection stays. */
  | 'complete'
  /** The last chunk, then FIN. */
  | 'complete-fin'
  /** FIN at once: over HTTP/1.1 without the last chunk. */
  | 'fin'
  /** FIN, and the socket closed in the same turn, whatever is unread. */
  | 'fin-close'
  /** The socket closed, whatever is unread. */
  | 'close'
  /** SO_LINGER with 0 seconds, then closed. */
  | 'reset'
  /** The socket closed below TLS, which says nothing. */
  | 'fin-below-tls'
  /** RST_STREAM with INTERNAL_ERROR. */
  | 'rst-stream'
  /** GOAWAY with NO_ERROR for the streams there are, which go on. */
  | 'goaway';

export type Step =
  /** So many events; the data of each is of so many bytes, which cannot be packed much where it is noise. */
  | { readonly send: number; readonly everyMs: number; readonly bytes?: number; readonly noise?: boolean }
  | { readonly waitMs: number }
  /** Waits until the stream is so old. */
  | { readonly untilMs: number }
  | { readonly close: Close };

export interface ServerPlan {
  /** Default `http1`. */
  readonly protocol?: 'http1' | 'http2' | 'https';
  /** By path. What is not here is answered with 404. */
  readonly plans: Readonly<Record<string, readonly Step[]>>;
  /** Default 8080. */
  readonly port?: number;
  readonly backlog?: number;
  /** How long an idle connection is kept for the next request. Default 60,000. */
  readonly keepAliveTimeoutMs?: number;
  /** A body waits unread, as with a handler that is busy. */
  readonly leaveBodies?: boolean;
  /** PEM, for `https`. */
  readonly key?: string;
  readonly cert?: string;
  /** Has the answer say its length, and no chunks. */
  readonly contentLength?: number;
  /** How long the head waits. */
  readonly headAfterMs?: number;
  /** TCP keepalive after so much silence. */
  readonly keepAliveMs?: number;
  /** A connection of HTTP/2 gets GOAWAY at so many requests, and is closed `drainMs` later, whatever is open. */
  readonly maxRequests?: number;
  readonly drainMs?: number;
}

interface Carrier {
  head(): void;
  write(bytes: Buffer): void;
  close(how: Close): void;
  readonly gone: boolean;
  /** When the last event was sent. */
  lastMs?: number;
}

const carriers = new Set<Carrier>();
let server: Server;
let running: ServerPlan;

const asks = {
  async listen(plan: ServerPlan): Promise<number> {
    running = plan;
    const { protocol = 'http1', port = 8080, backlog = 511, key, cert, keepAliveTimeoutMs = 60_000 } = plan;
    if (protocol === 'http2') {
      // The socket that HTTP/2 hands out refuses to be closed; this one does not.
      const sockets = new WeakMap<Http2Session, Socket>();
      let accepted: Socket;
      server = createHttp2()
        .on('session', (session) => sockets.set(session, accepted))
        .on('stream', (stream, headers) => {
          stream.on('error', () => {});
          countRequest(stream, sockets.get(stream.session!)!);
          void serve(http2Carrier(stream, sockets.get(stream.session!)!), headers[':path']!);
        });
      server.prependListener('connection', (socket: Socket) => {
        accepted = socket;
      });
    } else {
      // Node.js adds a second of its own to what it tells its clients, unless told otherwise.
      const options = { keepAliveTimeout: keepAliveTimeoutMs, keepAliveTimeoutBuffer: 1 };
      const answer = (request: IncomingMessage, response: ServerResponse) =>
        void serve(http1Carrier(request, response), request.url!);
      server =
        protocol === 'https'
          ? createHttps({ ...options, key: key!, cert: cert! }, answer)
          : createHttp1(options, answer);
    }
    server.on('connection', (socket: Socket) => {
      socket.on('error', () => {});
      if (running.keepAliveMs !== undefined) socket.setKeepAlive(true, running.keepAliveMs);
    });
    server.listen({ port, backlog });
    await once(server, 'listening');
    return port;
  },

  /** How many streams were begun and are not closed. */
  open: () => [...carriers].filter((carrier) => !carrier.gone).length,

  closeAll(how: Close): void {
    for (const carrier of carriers) carrier.close(how);
  },

  /** Looks every `everyMs` which streams have sent nothing for `idleMs`, and closes those. */
  sweepIdle(idleMs: number, everyMs: number, how: Close): void {
    setInterval(() => {
      const oldest = performance.now() - idleMs;
      for (const carrier of carriers) {
        if (!carrier.gone && carrier.lastMs !== undefined && carrier.lastMs <= oldest) carrier.close(how);
      }
    }, everyMs);
  },

  /** Stands still, as a busy event loop does. */
  block(ms: number): void {
    // The answer goes out first.
    setImmediate(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms));
  },
};

export type StreamServerAsks = typeof asks;

answerAsks(asks);

async function serve(carrier: Carrier, path: string): Promise<void> {
  const plan = running.plans[path];
  if (plan === undefined) throw new Error(`No plan for ${path}`);
  carriers.add(carrier);
  if (running.headAfterMs !== undefined) await wait(running.headAfterMs);
  if (!carrier.gone) carrier.head();
  const beginMs = performance.now();
  let number = 0;
  for (const step of plan) {
    if ('waitMs' in step) await wait(step.waitMs);
    else if ('untilMs' in step) await wait(beginMs + step.untilMs - performance.now());
    else if ('close' in step) carrier.close(step.close);
    else {
      // By the clock, so that a machine that is busy makes no stream older than planned.
      const fromMs = performance.now();
      for (let i = 1; i <= step.send && !carrier.gone; i++) {
        number++;
        carrier.lastMs = performance.now();
        carrier.write(event(number, step));
        await wait(fromMs + i * step.everyMs - performance.now());
      }
    }
    if (carrier.gone) return;
  }
}

function event(
  number: number,
  { bytes = 40, noise }: { readonly bytes?: number; readonly noise?: boolean },
): Buffer {
  const data = noise
    ? `${number} ${randomBytes(bytes / 2).toString('hex')}`
    : `${number} `.padEnd(bytes, 'x');
  return Buffer.from(`id: ${number}\ndata: ${data}\n\n`);
}

function http1Carrier(request: IncomingMessage, response: ServerResponse): Carrier {
  const socket = request.socket;
  if (!running.leaveBodies) request.resume();
  const { contentLength } = running;
  const head = { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' };
  return {
    head() {
      response.writeHead(
        200,
        contentLength === undefined ? head : { ...head, 'content-length': contentLength },
      );
      response.flushHeaders();
    },
    write: (bytes) => response.write(bytes),
    get gone() {
      return socket.destroyed || response.writableEnded;
    },
    close(how) {
      if (how === 'complete') response.end();
      else if (how === 'complete-fin') response.end(() => socket.end());
      else if (how === 'fin') socket.end();
      else if (how === 'fin-close') socket.pause().destroySoon();
      else if (how === 'close') socket.destroy();
      else if (how === 'reset') socket.resetAndDestroy();
      else if (how === 'fin-below-tls') underlying(socket).end();
      else throw new Error(`HTTP/1.1 has no ${how}`);
    },
  };
}

function countRequest({ id, session }: ServerHttp2Stream, socket: Socket): void {
  const { maxRequests, drainMs = 0 } = running;
  // The streams of clients have odd numbers.
  if (id !== 2 * (maxRequests ?? 0) - 1) return;
  session!.goaway(0, id);
  setTimeout(() => socket.end(), drainMs);
}

function http2Carrier(stream: ServerHttp2Stream, socket: Socket): Carrier {
  return {
    head: () => stream.respond({ ':status': 200, 'content-type': 'text/event-stream' }),
    write: (bytes) => stream.write(bytes),
    get gone() {
      return stream.closed || stream.destroyed || stream.writableEnded;
    },
    close(how) {
      if (how === 'complete') stream.end();
      // close(2) would send END_STREAM first, as if all were well.
      else if (how === 'rst-stream') stream.destroy(new Error('Told to'));
      else if (how === 'goaway') stream.session!.close();
      else if (how === 'reset') socket.resetAndDestroy();
      else if (how === 'fin') socket.end();
      else throw new Error(`HTTP/2 has no ${how}`);
    },
  };
}

// What Node.js keeps below a socket of TLS has no public name.
function underlying(socket: Socket): Socket {
  return (socket as Socket & { readonly _parent: Socket })._parent;
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, ms)));
}
