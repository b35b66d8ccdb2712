// S33: the server ends an HTTP/2 connection after a round number of requests.

import { NO_ERROR } from '../data/http2-codes.ts';
import { type RequestLimit, requestLimits, requestsUpTo } from '../data/request-limits.ts';
import type { Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Rule } from './rule.ts';
import { goawayBefore } from './s23-goaway.ts';
import { addressOf, count, refsOf, streamFilter } from './words.ts';

export const s33RequestLimit: Rule = {
  id: 'S33',
  page: {
    title: 'limit of requests on a connection',
    what: 'A server or proxy ends an HTTP/2 connection after a set number of requests (nginx `keepalive_requests`, 1,000 unless set). Streams that share the connection with short requests are cut with it.',
    wire: 'GOAWAY NO_ERROR with a last stream id of twice a round number minus one: 1999 is 1,000 requests.',
    apart: 'S23: the last stream id is no round number, and differs between connections.',
    help: [
      'Raise the limit (nginx: `keepalive_requests 100000;`), give streams a connection of their own, and reconnect on GOAWAY.',
    ],
    sources: [{ text: 'nginx ngx_http_core_module: keepalive_requests', verified: false }],
  },
  needs: ['capture'],
  apartFrom: ['S23'],
  claims: (scene) => {
    const limited = scene.streams.filter(
      (stream) => isTouched(stream) && requestLimitOf(stream, scene) !== undefined,
    );
    return [...Map.groupBy(limited, serverKey).values()].map((streams) => claim(streams, scene));
  },
  excludes: (streams, scene) =>
    streams.every((stream) => requestLimitOf(stream, scene) === undefined)
      ? 'the last stream id is no round number of requests'
      : undefined,
};

// Whole answers lost nothing. A stream that was under way has to move, whether it is cut yet or not.
const isTouched = ({ exchange, normal }: Stream) =>
  exchange?.protocol === 'http/2' &&
  exchange.complete === undefined &&
  normal !== 'client left' &&
  normal !== 'probe';

/** The number of requests, when the GOAWAY of the stream's connection names one that only a limit explains. */
export function requestLimitOf(stream: Stream, scene: Scene): number | undefined {
  const goaway = goawayBefore(stream);
  if (goaway === undefined || goaway.code !== NO_ERROR || goaway.lastStreamId % 2 === 0) return undefined;
  // 2^31-1 announces a shutdown without naming a stream.
  if (goaway.lastStreamId >= 2 ** 31 - 1) return undefined;
  const requests = requestsUpTo(goaway.lastStreamId);
  const isRound = requests >= 10 && requests % 10 === 0;
  return isRound || sameElsewhere(stream, goaway.lastStreamId, scene) ? requests : undefined;
}

// Two connections that ended at the same id, which is not the first.
function sameElsewhere({ flow }: Stream, lastStreamId: number, { streams }: Scene): boolean {
  if (lastStreamId < 9) return false;
  return streams.some(
    (other) =>
      other.flow !== flow && other.flow.http2?.goaways.some((goaway) => goaway.lastStreamId === lastStreamId),
  );
}

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const requests = requestLimitOf(streams[0]!, scene)!;
  const known = requestLimits.filter((limit) => limit.requests === requests);
  const goaways = streams.flatMap((stream) => goawayBefore(stream) ?? []);
  const connections = new Set(streams.map(({ flow }) => flow)).size;
  const own = hopLimits(streams, known);
  const address = addressOf(streams[0]!, 'server');
  return {
    level: 'cause',
    sureness: connections >= 2 ? 'sure' : own.length > 0 || requests % 100 === 0 ? 'likely' : 'possible',
    detail: count(requests, 'request'),
    summary: `${address} ended ${count(connections, 'connection')} after ${requests} requests, with ${count(streams.length, 'stream')} under way.`,
    streams,
    why: [
      {
        text: `GOAWAY NO_ERROR, last stream ${goaways[0]!.lastStreamId}: ${requests} requests`,
        refs: refsOf(goaways),
        filter: streamFilter(streams, 'http2.type == 7'),
      },
    ],
    help: [...own.map(({ help }) => help), 'give streams a connection of their own, and reconnect on GOAWAY'],
    more:
      own.length > 0
        ? []
        : [
            `which software runs at ${address}? Its limit of requests on a connection is ${requests}${known.length > 0 ? `, the default of ${known[0]!.hopName} (${known[0]!.setting})` : ''}`,
          ],
  };
}

function hopLimits(streams: readonly Stream[], known: readonly RequestLimit[]): readonly RequestLimit[] {
  const hops = new Set(streams.map(({ serverHop }) => serverHop?.id));
  const matching = known.filter(({ hop }) => hops.has(hop));
  return matching.length > 0 ? matching : requestLimits.filter(({ hop }) => hops.has(hop)).slice(0, 1);
}
