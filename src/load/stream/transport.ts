// The connection under a stream. A stream knows only this seam; what stands here is TCP, one object a
// connection with handlers shared by all; TLS is in tls-transport.ts.

import { Socket } from 'node:net';

/** What a connection tells its stream. Nothing is told after the stream has called `close` or `reset`. */
export interface TransportOwner {
  onTransportConnect(): void;
  /** Takes `bytes[0, length)`, which are reused afterwards; false stops reading until `resume`. */
  onTransportBytes(bytes: Uint8Array, length: number): boolean;
  /** The peer sent FIN. */
  onTransportFin(): void;
  /** The connection failed, before or after it was made; the code is the system's, such as ECONNRESET. */
  onTransportFailure(code: string): void;
}

export interface Transport {
  /** `done` without an error: the system has taken it all. */
  write(data: string | Uint8Array, done?: (error?: Error | null) => void): unknown;
  pause(): unknown;
  resume(): unknown;
  /** Sends FIN and reads and drops what still comes, for a bounded time. */
  close(): void;
  /** Sends RST. */
  reset(): void;
}

export interface TransportTarget {
  /** An address, not a name: resolving it for each of 50,000 streams would measure the resolver. */
  readonly address: string;
  readonly port: number;
  /** With TLS: the name or address that the server's certificate has to be for. */
  readonly tlsName?: string | undefined;
}

/**
 * Begins a connection.
 *
 * @param localAddress - where it comes from; undefined lets the system choose.
 * @param readBytes - the most that one read may take; a slow reader takes little at a time.
 * @param localPort - with `localAddress`: the port; undefined lets the system choose.
 */
export type OpenTransport = (
  owner: TransportOwner,
  target: TransportTarget,
  localAddress: string | undefined,
  readBytes: number,
  localPort?: number,
) => Transport;

/** The most that one read takes. */
export const MAX_READ_BYTES = 65_536;
/** How long a closed connection waits for the peer's FIN before it is dropped. */
export const LINGER_MS = 5000;

// One buffer for all reads of all streams: what comes is taken before the next read. A buffer for each read
// costs 64 KiB of allocation for 150 bytes.
const readBuffer = new Uint8Array(MAX_READ_BYTES);
const bufferBySize = new Map<number, Uint8Array>([[MAX_READ_BYTES, readBuffer]]);

export const openTcp: OpenTransport = (owner, { address, port }, localAddress, readBytes, localPort) => {
  const transport = new TcpTransport(owner, bufferOf(readBytes));
  const from = {
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  };
  transport.connect({ host: address, port, ...from });
  return transport;
};

function bufferOf(readBytes: number): Uint8Array {
  let buffer = bufferBySize.get(readBytes);
  if (buffer === undefined) {
    buffer = readBuffer.subarray(0, readBytes);
    bufferBySize.set(readBytes, buffer);
  }
  return buffer;
}

/** A socket that is its own transport: another object and its closures would cost 0.5 KiB a stream. */
class TcpTransport extends Socket implements Transport {
  /** Undefined once the stream has let go. */
  owner: TransportOwner | undefined;

  constructor(owner: TransportOwner, buffer: Uint8Array) {
    super({ onread: { buffer, callback: takeBytes } });
    this.owner = owner;
    this.on('connect', tellConnect);
    this.on('end', tellFin);
    this.on('error', tellFailure);
  }

  close(): void {
    this.owner = undefined;
    if (this.connecting) {
      this.destroy();
      return;
    }
    // Destroyed now, a socket with unread bytes would send RST.
    this.resume();
    this.end();
    setTimeout(destroy, LINGER_MS, this).unref();
  }

  reset(): void {
    this.owner = undefined;
    this.resetAndDestroy();
  }
}

function takeBytes(this: TcpTransport, length: number, bytes: Uint8Array): boolean {
  return this.owner === undefined || this.owner.onTransportBytes(bytes, length);
}

function tellConnect(this: TcpTransport): void {
  this.owner?.onTransportConnect();
}

function tellFin(this: TcpTransport): void {
  const { owner } = this;
  this.owner = undefined;
  owner?.onTransportFin();
}

function tellFailure(this: TcpTransport, error: NodeJS.ErrnoException): void {
  const { owner } = this;
  this.owner = undefined;
  owner?.onTransportFailure(error.code ?? error.message);
}

function destroy(transport: TcpTransport): void {
  transport.destroy();
}
