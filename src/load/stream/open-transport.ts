// The kind of connection that a target takes: with TLS where it has a name for it, plain otherwise.

import { openTls } from './tls-transport.ts';
import { type OpenTransport, openTcp } from './transport.ts';

export const openTransport: OpenTransport = (owner, target, localAddress, readBytes, localPort) => {
  const open = target.tlsName === undefined ? openTcp : openTls;
  return open(owner, target, localAddress, readBytes, localPort);
};
