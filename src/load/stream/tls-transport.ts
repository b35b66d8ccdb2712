// The connection under a stream of an https: URL: TLS over a socket of our own, since only the socket beneath can send
// RST. What it does not do: take up an earlier session, as a browser would. Each connection is a whole handshake, so
// connect times are those of new clients. With its TLS a stream costs some 60 KiB here.

import { isIP, Socket } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import type { OpenTransport, Transport, TransportOwner } from './transport.ts';
import { LINGER_MS } from './transport.ts';

export const openTls: OpenTransport = (owner, target, localAddress, _readBytes, localPort) => {
  const { address, port, tlsName = address } = target;
  const socket = new Socket();
  socket.connect({
    host: address,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  });
  return new TlsTransport(owner, socket, tlsName);
};

class TlsTransport implements Transport {
  /** Undefined once the stream has let go. */
  #owner: TransportOwner | undefined;
  readonly #socket: Socket;
  readonly #tls: TLSSocket;

  constructor(owner: TransportOwner, socket: Socket, name: string) {
    this.#owner = owner;
    this.#socket = socket;
    this.#tls = connect({
      socket,
      ...tlsNames(name),
      ALPNProtocols: ['http/1.1'],
    });
    this.#tls.on('secureConnect', () => this.#owner?.onTransportConnect());
    this.#tls.on('data', (bytes) => {
      if (this.#owner?.onTransportBytes(bytes, bytes.length) === false) this.#tls.pause();
    });
    this.#tls.on('end', () => this.#letGo()?.onTransportFin());
    this.#tls.on('error', (error: NodeJS.ErrnoException) =>
      this.#letGo()?.onTransportFailure(error.code ?? error.message),
    );
    // Reported by the layer above, but an emitter without a listener would throw.
    socket.on('error', () => {});
  }

  write(data: string | Uint8Array, done?: (error?: Error | null) => void): void {
    this.#tls.write(data, done);
  }

  pause(): void {
    this.#tls.pause();
  }

  resume(): void {
    this.#tls.resume();
  }

  close(): void {
    this.#letGo();
    if (this.#socket.connecting) {
      this.#tls.destroy();
      return;
    }
    this.#tls.resume();
    this.#tls.end();
    setTimeout(() => this.#tls.destroy(), LINGER_MS).unref();
  }

  reset(): void {
    this.#letGo();
    this.#socket.resetAndDestroy();
    this.#tls.destroy();
  }

  #letGo(): TransportOwner | undefined {
    const owner = this.#owner;
    this.#owner = undefined;
    return owner;
  }
}

/** What names the server to it and to the check of its certificate: an address is no name that may be sent. */
export function tlsNames(name: string): { readonly host: string; readonly servername?: string } {
  return isIP(name) === 0 ? { host: name, servername: name } : { host: name };
}
