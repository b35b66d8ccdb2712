// S24: an RST_STREAM of the server, told by its code, where no rule can say more.

import { http2Code, NO_ERROR } from '../data/http2-codes.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { addressOf, count, endPoint, rangeText } from './words.ts';

export const s24RstStream: Rule = {
  id: 'S24',
  page: {
    title: 'HTTP/2 stream reset',
    what: 'One side ended one stream of an HTTP/2 connection by RST_STREAM with an error code. The code is a hint, not a proof: proxies use different ones for the same reason, and browsers show all of them as ERR_HTTP2_PROTOCOL_ERROR.',
    wire: 'RST_STREAM before END_STREAM; the connection lives on.',
    elsewhere: 'Envoy: UR (the application did it) or LR (Envoy did it).',
    apart:
      'NO_ERROR after a whole response and CANCEL of the client are normal. A time that repeats makes it S04 or S05.',
    help: [
      'INTERNAL_ERROR: look for a panic or a write timeout in the server. ENHANCE_YOUR_CALM: send fewer PINGs. REFUSED_STREAM: send the request again. PROTOCOL_ERROR: look for `connection` headers in HTTP/2.',
    ],
    sources: [{ text: 'RFC 9113 7', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S04', 'S05', 'S23'],
  claims: ({ streams }) => {
    const reset = streams.filter(
      ({ normal, end }) => normal === undefined && end.kind === 'stream-reset' && end.code !== NO_ERROR,
    );
    return [...Map.groupBy(reset, groupOf).values()].map(claim);
  },
};

const groupOf = (stream: Stream) => `${serverKey(stream)} ${stream.end.by} ${stream.end.code}`;

function claim(streams: readonly Stream[]): Claim {
  const { end } = streams[0]!;
  const { name, meaning } = http2Code(end.code!);
  const by = addressOf(streams[0]!, end.by!);
  return {
    level: 'form',
    sureness: 'likely',
    detail: name,
    summary: `${by} reset ${count(streams.length, 'stream')} with ${name}: ${meaning}.`,
    streams,
    why: [
      endPoint(streams, `RST_STREAM ${name} from ${by}, before END_STREAM`),
      { text: `age ${rangeText(streams.map(({ ageMs }) => ageMs))}`, refs: [] },
    ],
    help: [`look into the log of ${by} at that time for: ${meaning}`],
    more: ['the code alone proves no reason; the log of the sender would'],
  };
}
