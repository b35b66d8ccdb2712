// S22: the connection was closed in the middle of a response. What happened is plain; why, only if another rule says so.

import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { missingEnd } from './s03-proxy-idle.ts';
import { addressOf, count, endPoint, rangeText } from './words.ts';

export const s22Truncated: Rule = {
  id: 'S22',
  page: {
    title: 'response cut short by a close',
    what: 'The server side closed with FIN before the response was whole: the last chunk is missing, Content-Length was not reached, or TLS ended without close_notify. Clients report it as an error, and some take it for a reset.',
    wire: 'FIN from the server without last chunk, last byte or END_STREAM before it.',
    elsewhere:
      'Browsers: ERR_INCOMPLETE_CHUNKED_ENCODING; OpenSSL: unexpected eof while reading; Node.js: ECONNRESET, aborted; Go: unexpected EOF.',
    apart:
      'With a last chunk seen, a missing close_notify means nothing. A time that repeats makes it S03 or S04; all streams at once make it S08.',
    help: [
      'Look into the program or proxy that closed, at that time: a crash of a worker, an exception in a handler, a deploy.',
    ],
    sources: [
      { text: 'RFC 9112 8: a message without its last chunk is incomplete', verified: false },
      { text: 'RFC 8446 6.1: close_notify', verified: false },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S03', 'S04', 'S08', 'C1'],
  claims: ({ streams }) => {
    const cut = streams.filter(isTruncated);
    return [...Map.groupBy(cut, serverKey).values()].map(claim);
  },
};

function isTruncated(stream: Stream): boolean {
  const { normal, end, isCut, exchange } = stream;
  if (normal !== undefined || end.kind !== 'fin' || end.by !== 'server') return false;
  if (lacksCloseNotify(stream)) return true;
  return isCut || (exchange !== undefined && exchange.response === undefined && !exchange.hasHoles);
}

/** Content type, alert and tag: what a TLS 1.3 record of an alert holds. */
const ALERT_13_BYTES = 19;

/** TLS, where the last record of the server before its FIN was data, not an alert. */
function lacksCloseNotify({ flow: { tls }, phase }: Stream): boolean {
  const last = tls?.lastRecords.server;
  if (last === undefined || (phase !== 'opaque' && phase !== 'pushed')) return false;
  return last.type === 23 && last.bytes !== ALERT_13_BYTES;
}

function claim(streams: readonly Stream[]): Claim {
  const address = addressOf(streams[0]!, 'server');
  const first = streams[0]!;
  const gaps = streams.flatMap(({ gapMs }) => gapMs ?? []);
  const isTls = first.flow.tls !== undefined && first.exchange === undefined;
  const what = isTls
    ? 'without close_notify of TLS'
    : first.exchange?.response === undefined
      ? 'before a response'
      : missingEnd(first);
  return {
    level: 'form',
    // Some servers never send close_notify; without a look at the content that is all there is.
    sureness: !isTls ? 'sure' : streams.some(({ phase }) => phase === 'pushed') ? 'likely' : 'possible',
    summary: `${address} closed ${count(streams.length, 'response')} in the middle; why is not known.`,
    streams,
    why: [
      endPoint(streams, `FIN from ${address} ${what}`),
      {
        text: `age ${rangeText(streams.map(({ ageMs }) => ageMs))}${gaps.length > 0 ? `, last byte ${rangeText(gaps)} before` : ''}`,
        refs: [],
      },
    ],
    help: [`look into the program at ${address} at that time`],
    more: ['a capture behind it (towards the application) or its log would tell whether it closed by itself'],
  };
}
