// Where a hub listens, read from `host:port`, and whether only this machine can reach it.

import { BlockList, isIP } from 'node:net';
import { HoldfastError } from '../base/errors.ts';

export interface ListenAddress {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/**
 * Reads `127.0.0.1:8080`, `[::1]:8080`, `hub.internal:8080`, `:8080` or `8080`.
 *
 * Without a host it is 127.0.0.1, never every interface: that has to be asked for as 0.0.0.0 or [::].
 *
 * @throws HoldfastError `ERR_USAGE` for anything else.
 */
export function parseListenAddress(text: string, flag = '--listen'): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:[\]\s]+)|):)?(\d{1,5})$/.exec(text);
  const [, bracketed, plain, digits] = match ?? [];
  const port = Number(digits);
  if (match === null || port > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new HoldfastError(
      'ERR_USAGE',
      `Option ${flag} cannot be ${JSON.stringify(text)}`,
      'Write host and port, such as 127.0.0.1:8080, [::1]:8080 or 0.0.0.0:8080',
    );
  }
  return { host: bracketed ?? plain ?? '127.0.0.1', port };
}

/** Whether only this machine can reach the host: 127.0.0.0/8, ::1 or localhost. */
export function isLoopback(host: string): boolean {
  const version = isIP(host);
  if (version === 0) return host.toLowerCase() === 'localhost';
  return loopback.check(host, version === 6 ? 'ipv6' : 'ipv4');
}

/** An address a client on this machine can use, with the brackets that IPv6 needs in a URL. */
export function urlOf({ host, port }: ListenAddress): string {
  const reachable = host === '0.0.0.0' ? '127.0.0.1' : host === '::' ? '::1' : host;
  return `http://${isIP(reachable) === 6 ? `[${reachable}]` : reachable}:${port}`;
}
