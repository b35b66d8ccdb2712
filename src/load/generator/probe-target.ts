// Asks the server once before 50,000 streams do, so that a wrong URL is one clear line.

import { lookup } from 'node:dns/promises';
import { get } from 'node:http';
import { createConnection, createServer } from 'node:net';
import { HoldfastError } from '../../base/errors.ts';
import { shorten } from '../../base/options.ts';
import type { TransportTarget } from '../stream/transport.ts';

/** The address behind a URL: looked up once, not for each stream. @throws HoldfastError ERR_UNREACHABLE, ERR_USAGE. */
export async function resolveTarget(url: URL): Promise<TransportTarget> {
  if (url.protocol !== 'http:') {
    throw new HoldfastError(
      'ERR_USAGE',
      `The URL begins with ${url.protocol}, and only plain http: can be loaded`,
      'Point the tool at the server behind the one that ends TLS',
    );
  }
  const host = url.hostname.replace(/^\[|\]$/g, '');
  try {
    const { address } = await lookup(host);
    return { address, port: Number(url.port || 80) };
  } catch (cause) {
    throw new HoldfastError('ERR_UNREACHABLE', `${host} has no address`, 'Check the URL', { cause });
  }
}

/**
 * Opens one stream and closes it again.
 *
 * @throws HoldfastError ERR_UNREACHABLE when nothing answers, ERR_NOT_A_STREAM when the answer is no event stream.
 */
export async function probeStream(
  target: TransportTarget,
  host: string,
  path: string,
  headers: readonly (readonly [string, string])[],
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const request = get(
      {
        host: target.address,
        port: target.port,
        path,
        agent: false,
        headers: { host, accept: 'text/event-stream', ...Object.fromEntries(headers) },
        // A limit on the whole answer's head, not on silence: one that trickles must not hold the run up.
        signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      },
      (response) => {
        const { statusCode, headers: answered } = response;
        const type = answered['content-type'] ?? 'no content type';
        const encoding = answered['content-encoding'] ?? 'identity';
        request.destroy();
        const isStream = statusCode === 200 && /^text\/event-stream[ \t]*(?:;|$)/i.test(type);
        if (isStream && encoding === 'identity') {
          resolve();
          return;
        }
        const coded = encoding === 'identity' ? '' : `, content-encoding ${shorten(encoding)}`;
        const what = `${host}${path} answered with status ${statusCode} and ${shorten(type)}${coded}`;
        reject(
          new HoldfastError('ERR_NOT_A_STREAM', what, 'Give the URL of an event stream (text/event-stream)'),
        );
      },
    );
    request.on('error', (error) => reject(unreachable(`No answer from ${host}`, error)));
  });
}

/**
 * Makes sure that somebody listens where events are published; it sends nothing, since whatever it sent might be
 * published.
 *
 * @throws HoldfastError ERR_UNREACHABLE.
 */
export async function probeConnection(
  target: TransportTarget,
  host: string,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const socket = createConnection({
      host: target.address,
      port: target.port,
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    });
    socket.on('error', (error) => reject(unreachable(`Nothing can be published to ${host}`, error)));
    socket.on('connect', () => {
      resolve();
      socket.destroy();
    });
  });
}

function unreachable(what: string, error: NodeJS.ErrnoException): HoldfastError {
  const why = reasons[error.code ?? ''] ?? error.message;
  const help = 'Start the server, or check the URL';
  return new HoldfastError('ERR_UNREACHABLE', `${what}: ${why}`, help, { cause: error });
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ABORT_ERR: 'it did not answer in time',
};

/** Makes sure that streams can come from these addresses. @throws HoldfastError ERR_LIMIT for the first that cannot. */
export async function checkSources(sources: readonly string[]): Promise<void> {
  for (const source of sources) {
    const failure = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
      const server = createServer();
      server.once('error', resolve);
      server.listen({ host: source, port: 0 }, () => server.close(() => resolve(undefined)));
    });
    if (failure === undefined) continue;
    const why = failure.code === 'EADDRNOTAVAIL' ? 'it is no address of this machine' : failure.message;
    throw new HoldfastError(
      'ERR_LIMIT',
      `No stream can come from ${source}: ${why}`,
      'Give --source with addresses of this machine',
      { cause: failure },
    );
  }
}
