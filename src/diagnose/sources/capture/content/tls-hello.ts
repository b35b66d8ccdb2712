// Reads a ClientHello or a ServerHello (RFC 8446 4.1): the server's name and the application protocols.

export interface Hello {
  readonly from: 'client' | 'server';
  readonly serverName?: string;
  /** Offered by the client, or the one that the server chose. */
  readonly protocols: readonly string[];
}

const CLIENT_HELLO = 1;
const SERVER_HELLO = 2;
const SERVER_NAME = 0;
const PROTOCOLS = 16;
const MAX_NAME = 255;
const MAX_PROTOCOLS = 16;

/** Reads a handshake message; undefined when it is no hello, or none that can be read. */
export function readHello(bytes: Uint8Array): Hello | undefined {
  const reader = new FieldReader(bytes);
  const type = reader.number(1);
  if (type !== CLIENT_HELLO && type !== SERVER_HELLO) return undefined;
  reader.number(3);
  reader.skip(2 + 32);
  reader.skip(reader.number(1));
  if (type === CLIENT_HELLO) {
    reader.skip(reader.number(2));
    reader.skip(reader.number(1));
  } else {
    reader.skip(3);
  }
  const from = type === CLIENT_HELLO ? 'client' : 'server';
  const extensions = reader.part(reader.number(2));
  let serverName: string | undefined;
  let protocols: string[] = [];
  while (extensions.left >= 4) {
    const kind = extensions.number(2);
    const body = extensions.part(extensions.number(2));
    if (kind === SERVER_NAME && from === 'client') serverName = readServerName(body);
    else if (kind === PROTOCOLS) protocols = readProtocols(body);
  }
  return { from, ...(serverName !== undefined && { serverName }), protocols };
}

function readServerName(body: FieldReader): string | undefined {
  const names = body.part(body.number(2));
  const isHost = names.number(1) === 0;
  const name = names.text(names.number(2));
  return isHost && name !== '' ? name.slice(0, MAX_NAME) : undefined;
}

function readProtocols(body: FieldReader): string[] {
  const list = body.part(body.number(2));
  const protocols: string[] = [];
  while (list.left > 0 && protocols.length < MAX_PROTOCOLS) {
    const name = list.text(list.number(1));
    if (name !== '') protocols.push(name);
  }
  return protocols;
}

/** Reads fields one behind the other. Behind the end everything is 0 and empty, so that no length needs a check. */
class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  number(size: number): number {
    let number = 0;
    for (let i = 0; i < size; i++) number = number * 256 + (this.#bytes[this.#at + i] ?? 0);
    this.skip(size);
    return number;
  }

  skip(count: number): void {
    this.#at = Math.min(this.#at + count, this.#bytes.length);
  }

  part(size: number): FieldReader {
    return new FieldReader(this.#take(size));
  }

  text(size: number): string {
    return Buffer.from(this.#take(size))
      .toString('latin1')
      .replace(/[^\x21-\x7e]/g, '?');
  }

  #take(size: number): Uint8Array {
    const from = this.#at;
    this.skip(size);
    return this.#bytes.subarray(from, this.#at);
  }
}
