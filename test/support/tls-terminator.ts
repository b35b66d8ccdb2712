// What ends TLS in front of a server in a test: bytes go through both ways, and it keeps how its clients went away. Its
// certificate is for localhost and 127.0.0.1, valid for a hundred years, and trusted by nobody: a child process is told
// to by `trustedEnv`, this process by `trustInThisProcess`.

import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { type AddressInfo, connect } from 'node:net';
import type { TestContext } from 'node:test';
import { createServer, getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath } from 'node:url';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../fixtures/localhost.${name}.pem`, import.meta.url));

export const trustedEnv = { NODE_EXTRA_CA_CERTS: fixture('cert') };

export function trustInThisProcess(): void {
  setDefaultCACertificates([...getCACertificates('default'), readFileSync(fixture('cert'), 'utf8')]);
}

export interface TlsTerminator {
  readonly port: number;
  /** Of each connection: where it came from, the name it asked for, and how its client ended it. */
  readonly clients: {
    readonly from: string | undefined;
    readonly name: string | false | null;
    ended?: 'fin' | 'reset';
  }[];
}

export async function startTls(t: TestContext, port: number): Promise<TlsTerminator> {
  const clients: TlsTerminator['clients'] = [];
  const server = createServer({
    key: readFileSync(fixture('key')),
    cert: readFileSync(fixture('cert')),
  });
  server.on('secureConnection', (socket) => {
    const client: TlsTerminator['clients'][number] = { from: socket.remoteAddress, name: socket.servername };
    clients.push(client);
    const behind = connect(port, '127.0.0.1');
    socket.pipe(behind).pipe(socket);
    socket.on('end', () => {
      client.ended ??= 'fin';
    });
    socket.on('error', () => {
      client.ended ??= 'reset';
      behind.destroy();
    });
    behind.on('error', () => socket.destroy());
    behind.on('close', () => socket.end());
    t.after(() => void socket.destroy());
  });
  // A client that does not trust it: that is the client's to say.
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => void server.close());
  return { port: (server.address() as AddressInfo).port, clients };
}
