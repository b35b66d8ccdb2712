// S23: an HTTP/2 connection was wound up, and streams were cut when the time for that was over.

import { http2Code } from '../data/http2-codes.ts';
import type { Goaway } from '../evidence.ts';
import type { Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { requestLimitOf } from './s33-request-limit.ts';
import { addressOf, count, endPoint, refsOf, streamFilter } from './words.ts';

export const s23Goaway: Rule = {
  id: 'S23',
  page: {
    title: 'HTTP/2 connection wound up (GOAWAY)',
    what: 'The server said GOAWAY: it takes no new streams on this connection, because it restarts, or the connection is too old. Streams may finish; long ones are cut when its drain time is over.',
    wire: 'GOAWAY (mostly NO_ERROR), later RST_STREAM or FIN while streams are not whole.',
    elsewhere: 'Envoy: DT for max_connection_duration; a restart or reload in the log of the proxy.',
    apart:
      'S33: the GOAWAY comes at a round number of requests. Streams that ended whole after a GOAWAY are normal.',
    help: [
      'Reconnect on GOAWAY, before the stream is cut; give the proxy a drain time that fits streams, and no max_connection_duration.',
    ],
    sources: [{ text: 'RFC 9113 6.8', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S33', 'S24', 'S05'],
  claims: (scene) => {
    const cut = scene.streams.filter(
      (stream) => isCutAfterGoaway(stream) && requestLimitOf(stream, scene) === undefined,
    );
    return [...Map.groupBy(cut, serverKey).values()].map((streams) => claim(streams, scene));
  },
  excludes: (streams) =>
    streams.every((stream) => goawayBefore(stream) === undefined) ? 'no GOAWAY' : undefined,
};

/** The first GOAWAY of the server before the stream ended. */
export function goawayBefore({ flow, end }: Stream): Goaway | undefined {
  return flow.http2?.goaways.find(({ from, atMs }) => from === 'server' && atMs <= end.atMs);
}

function isCutAfterGoaway(stream: Stream): boolean {
  const { normal, end, exchange } = stream;
  const isClosed =
    end.by === 'server' && (end.kind === 'fin' || end.kind === 'rst' || end.kind === 'stream-reset');
  return (
    normal === undefined && isClosed && exchange?.protocol === 'http/2' && goawayBefore(stream) !== undefined
  );
}

function claim(streams: readonly Stream[], _scene: Scene): Claim {
  const goaways = streams.flatMap((stream) => goawayBefore(stream) ?? []);
  const first = goaways[0]!;
  const { name, meaning } = http2Code(first.code);
  const address = addressOf(streams[0]!, 'server');
  return {
    level: 'cause',
    sureness: 'sure',
    detail: name,
    summary: `${address} wound up its connection and cut ${count(streams.length, 'stream')} ${((streams[0]!.end.atMs - first.atMs) / 1000).toFixed(1)} s later.`,
    streams,
    why: [
      {
        text: `GOAWAY ${name}${first.code === 0 ? '' : ` (${meaning})`}, last stream ${first.lastStreamId}${first.debug ? `, "${first.debug}"` : ''}`,
        refs: refsOf(goaways),
        filter: streamFilter(streams, 'http2.type == 7'),
      },
      endPoint(streams, `then the end, without END_STREAM`),
    ],
    help: ['reconnect on GOAWAY, before the stream is cut', `give ${address} a drain time that fits streams`],
    more: [`did ${address} restart, reload or reach a limit for the age of connections at that time?`],
  };
}
