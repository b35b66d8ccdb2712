// Asks the server once before 50,000 streams do, so that a wrong URL is one clear line.

import { lookup } from 'node:dns/promises';
import { get, type IncomingMessage } from 'node:http';
import { get as getOverTls } from 'node:https';
import { createServer } from 'node:net';
import { HoldfastError } from '../../base/errors.ts';
import { shorten } from '../../base/options.ts';
import { openTransport } from '../stream/open-transport.ts';
import { tlsNames } from '../stream/tls-transport.ts';
import { MAX_READ_BYTES, type TransportTarget } from '../stream/transport.ts';

/** How much of the body of a refusal is shown, and how long it is waited for. */
const REASON_BYTES = 200;
const REASON_TIMEOUT_MS = 1000;

/** The address behind a URL: looked up once, not for each stream. @throws HoldfastError ERR_UNREACHABLE. */
export async function resolveTarget(url: URL): Promise<TransportTarget> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const isTls = url.protocol === 'https:';
  try {
    const { address } = await lookup(host);
    const target = { address, port: Number(url.port || (isTls ? 443 : 80)) };
    return isTls ? { ...target, tlsName: host } : target;
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
  const { address, port, tlsName } = target;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const options = {
      host: address,
      port,
      path,
      agent: false,
      headers: { host, accept: 'text/event-stream', ...Object.fromEntries(headers) },
      // A limit on the whole answer's head, not on silence: one that trickles must not hold the run up.
      signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
    };
    const request =
      tlsName === undefined
        ? get(options, resolve)
        : getOverTls({ ...options, ...tlsNames(tlsName), host: address }, resolve);
    request.on('error', (error) => reject(unreachable(`No answer from ${host}`, error)));
  });
  const refusal = await refusalOf(answer);
  // Nothing more is expected, and what still goes wrong is not asked for.
  answer.on('error', () => {});
  answer.destroy();
  if (refusal === undefined) return;
  throw new HoldfastError('ERR_NOT_A_STREAM', `${host}${path} answered with ${refusal}`, helpOn(answer));
}

/** What an answer that is no event stream says, in words; undefined for a stream. */
async function refusalOf(answer: IncomingMessage): Promise<string | undefined> {
  const { statusCode, headers } = answer;
  const type = headers['content-type'] ?? 'no content type';
  const encoding = headers['content-encoding'] ?? 'identity';
  const isCoded = encoding !== 'identity';
  if (statusCode === 200 && /^text\/event-stream[ \t]*(?:;|$)/i.test(type) && !isCoded) return undefined;
  const coded = isCoded ? `, content-encoding ${shorten(encoding)}` : '';
  const reason = isCoded ? '' : await readReason(answer);
  return `status ${statusCode} and ${shorten(type)}${coded}${reason === '' ? '' : `: ${JSON.stringify(reason)}`}`;
}

/** The beginning of a body, where its server says why; as much as has come in time. */
async function readReason(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  const timer = setTimeout(() => answer.destroy(), REASON_TIMEOUT_MS);
  try {
    let bytes = 0;
    for await (const chunk of answer as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes >= REASON_BYTES) break;
    }
  } catch {
    // Cut off: what has come is shown.
  } finally {
    clearTimeout(timer);
  }
  const text = Buffer.concat(chunks).subarray(0, REASON_BYTES).toString();
  return text.replaceAll(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
}

function helpOn({ statusCode = 0, headers: { location } }: IncomingMessage): string {
  if (statusCode === 401 || statusCode === 403) return 'Give what it asks for with --header';
  if (statusCode >= 300 && statusCode < 400 && location !== undefined)
    return `Redirects are not followed: give the URL that it leads to, ${shorten(location)}`;
  return 'Give the URL of an event stream (text/event-stream)';
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
    const fail = (code: string) => {
      limit.removeEventListener('abort', onAbort);
      reject(unreachable(`Nothing can be published to ${host}`, Object.assign(new Error(code), { code })));
    };
    const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
    const owner = {
      onTransportConnect() {
        limit.removeEventListener('abort', onAbort);
        transport.close();
        resolve();
      },
      onTransportBytes: () => true,
      onTransportFin: () => fail('ECONNRESET'),
      onTransportFailure: fail,
    };
    const transport = openTransport(owner, target, undefined, MAX_READ_BYTES);
    const onAbort = () => {
      transport.close();
      fail('ABORT_ERR');
    };
    if (limit.aborted) onAbort();
    else limit.addEventListener('abort', onAbort, { once: true });
  });
}

function unreachable(what: string, error: NodeJS.ErrnoException): HoldfastError {
  const { code = '' } = error;
  const [why, help = 'Start the server, or check the URL'] = reasons[code] ??
    reasonByKind(code) ?? [error.message];
  return new HoldfastError('ERR_UNREACHABLE', `${what}: ${why}`, help, { cause: error });
}

type Reason = readonly [why: string, help?: string];

const CHECK_SCHEME = 'Check the URL, and whether it is http or https';
const CHECK_CERTIFICATE =
  'Check the name in the URL, or name the authority to trust: NODE_EXTRA_CA_CERTS=FILE';

const reasons: Readonly<Record<string, Reason>> = {
  ECONNREFUSED: ['nothing listens there'],
  ABORT_ERR: ['it did not answer in time'],
  ECONNRESET: ['it closed the connection without an answer', CHECK_SCHEME],
  EHOSTUNREACH: ['no way leads there'],
  ENETUNREACH: ['no way leads there'],
  EPROTO: ['it does not speak TLS', CHECK_SCHEME],
};

/** OpenSSL and the parser have a code for each way in which it can go wrong. */
function reasonByKind(code: string): Reason | undefined {
  if (code.startsWith('HPE_')) return ['it does not answer with HTTP', CHECK_SCHEME];
  if (code.startsWith('ERR_SSL_')) return ['it does not speak TLS that is known here', CHECK_SCHEME];
  if (/CERT|SIGNATURE|ISSUER|_CA$|CRL/.test(code))
    return [`its certificate is not trusted (${code})`, CHECK_CERTIFICATE];
  return undefined;
}

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
