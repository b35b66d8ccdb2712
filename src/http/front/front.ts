// The front door: a net server that serves streams straight on their sockets and hands everything else, untouched,
// to a node:http server behind it. It decides by the first bytes alone.
//
//   connection --> first bytes --> one whole, plain head of GET /stream --> fast lane
//        |               +-------> anything else -------------------------> node:http
//        +--> silent for `headersTimeoutMs` --> closed

import { Server as HttpServer } from 'node:http';
import { Server, type Socket } from 'node:net';
import { type GivenOptions, resolveOptions, value } from '../../base/options.ts';
import { ignoreError } from '../connection.ts';
import type { Router } from '../router.ts';
import { type RequestHead, readRequestHead } from './request-head.ts';
import { SilentSockets } from './silent-sockets.ts';
import { answerOnSocket } from './socket-carrier.ts';

const frontOptions = {
  /** The path whose streams take the fast lane; where the hub is mounted deeper, that path. */
  path: value('/stream', 'a path such as "/stream"', isPath),
};

export type FrontOptions = GivenOptions<typeof frontOptions>;

// With two fronts the close of one would end the time limits of the other.
const fronted = new WeakSet<HttpServer>();

/**
 * A server to listen with in place of the node:http server that is behind it. `close` is that of a node:http server:
 * it takes no more connections, closes idle ones, and calls back when the last is closed.
 */
export class Front extends Server {
  readonly #httpServer: HttpServer;
  readonly #router: Router;
  readonly #path: string;
  readonly #silent: SilentSockets;
  // Connections that nobody serves yet: they say nothing, or `authorize` thinks about them.
  readonly #unserved = new Set<Socket>();

  constructor(httpServer: HttpServer, router: Router, given?: FrontOptions) {
    const { path } = resolveOptions('front', frontOptions, given);
    // Not one of node:https, whose streams would go out unencrypted.
    if (!(httpServer instanceof HttpServer)) {
      throw new TypeError('Expected a server of node:http, such as http.createServer(app)');
    }
    if (fronted.has(httpServer)) throw new TypeError('Expected a server that has no front yet');
    if (httpServer.listening) {
      throw new TypeError('Expected a server that does not listen: listen with what `front` answers');
    }
    super({ allowHalfOpen: true, noDelay: true });
    fronted.add(httpServer);
    this.#httpServer = httpServer;
    this.#router = router;
    this.#path = path;
    this.#silent = new SilentSockets(() => httpServer.headersTimeout);
    this.on('connection', (socket) => this.#accept(socket));
    // [node] A node:http server starts to enforce its limits of head and request time when it listens. This one
    // never does: without the event, half a head would stay for ever.
    this.on('listening', () => void httpServer.emit('listening'));
  }

  /** Takes no more connections for now, and leaves those that are there alone; `listen` goes on. */
  pause(): void {
    super.close();
  }

  /** Closes connections that wait for a request: those of the server behind, and those that said nothing yet. */
  closeIdleConnections(): void {
    this.#silent.closeAll();
    this.#httpServer.closeIdleConnections();
  }

  /** Cuts all connections except streams of the fast lane, which are the hub's to end. */
  closeAllConnections(): void {
    for (const socket of this.#unserved) socket.destroy();
    this.#httpServer.closeAllConnections();
  }

  override close(callback?: (error?: Error) => void): this {
    super.close(callback);
    this.#silent.closeAll();
    // It never listened, so all that this does is to close idle connections and to stop its timers.
    this.#httpServer.close();
    return this;
  }

  #accept(socket: Socket): void {
    const onData = (bytes: Buffer): void => {
      leave();
      socket.pause();
      const head = readRequestHead(bytes, this.#path, maxHeaderSizeOf(this.#httpServer));
      if (head === undefined) this.#handOver(socket, bytes);
      else void this.#answer(socket, head);
    };
    // FIN before a single byte: a health check of a load balancer, mostly.
    const onEnd = (): void => void socket.end();
    const leave = (): void => {
      this.#silent.remove(socket);
      this.#unserved.delete(socket);
      socket.off('data', onData);
      socket.off('end', onEnd);
      socket.off('close', leave);
    };
    socket.on('error', ignoreError);
    socket.on('data', onData);
    socket.on('end', onEnd);
    socket.on('close', leave);
    this.#silent.add(socket);
    this.#unserved.add(socket);
  }

  async #answer(socket: Socket, head: RequestHead): Promise<void> {
    this.#unserved.add(socket);
    await answerOnSocket(this.#router, socket, head);
    this.#unserved.delete(socket);
  }

  // [node] 'connection' may be emitted to inject connections into a server.
  #handOver(socket: Socket, bytes: Buffer): void {
    socket.unshift(bytes);
    this.#httpServer.emit('connection', socket);
    // Paused above by hand, so a listener for data does not start it again.
    socket.resume();
  }
}

// [node] An option of `createServer` that the types do not show on the server.
function maxHeaderSizeOf(server: HttpServer & { readonly maxHeaderSize?: number }): number | undefined {
  return server.maxHeaderSize;
}

function isPath(given: unknown): boolean {
  // As it stands in requests: `//a` would be a host there, and `..` another path.
  return typeof given === 'string' && /^\/(?!\/)[\w\-.~/]*$/.test(given) && !/\/\.\.?(\/|$)/.test(given);
}
