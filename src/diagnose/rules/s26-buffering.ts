// S26: something collects events and hands them on in lumps. No connection ends; events come late.

import type { Burst } from '../evidence.ts';
import type { Scene } from '../timeline/scene.ts';
import { type Stream, serverKey } from '../timeline/stream.ts';
import type { Claim, Point, Rule } from './rule.ts';
import { addressOf, count, refsOf, streamFilter } from './words.ts';

/** Buffers of proxies come in pages. */
const PAGE = 4096;
/** A lump may end within the event that filled the buffer: chunk heads and the rest of a write. */
const OVER_BYTES = 64;
const MIN_LUMPS = 3;
const MIN_PAUSE_MS = 200;
const MIN_HELD_MS = 2000;

export const s26Buffering: Rule = {
  id: 'S26',
  page: {
    title: 'buffering, not a reset',
    what: 'A proxy or a compressor collects the response until a buffer is full, and then sends it in one piece. Events arrive late and in lumps, heartbeats not at all, and clients with a watchdog reconnect.',
    wire: 'Payload in lumps of 4, 8 or 16 KiB with pauses between, or the whole body at the end; the stream before the proxy has small ones.',
    elsewhere:
      'nginx: `proxy_buffering on` (the default); `gzip` for text/event-stream; Azure Application Gateway response buffering.',
    apart:
      'S15: the window of the client is 0. A server that writes in large pieces itself looks the same: a capture before the proxy tells.',
    help: [
      'Send `X-Accel-Buffering: no` (nginx family) or turn `proxy_buffering` off, exclude text/event-stream from compression, and turn response buffering of the gateway off.',
    ],
    sources: [
      { text: 'nginx ngx_http_proxy_module: proxy_buffering, X-Accel-Buffering', verified: true },
      { text: 'Azure Application Gateway: Server-Sent Events', verified: true },
    ],
  },
  needs: ['capture'],
  apartFrom: ['S15'],
  claims: (scene) => {
    const lumpy = scene.streams.filter((stream) => lumpsOf(stream).length > 0);
    return [...Map.groupBy(lumpy, serverKey).values()].map((streams) => claim(streams, scene));
  },
};

/** Bursts of whole pages with pauses before them; none when most of the bursts are of other sizes. */
function lumpsOf(stream: Stream): readonly Burst[] {
  const { exchange, isEventStream, flow } = stream;
  if (!isEventStream || exchange === undefined || exchange.hasHoles) return [];
  if (flow.halves.client.zeroWindows > 0) return [];
  const isWhole = exchange.complete !== undefined;
  // What is left in the buffer at the end goes out as it is.
  const bursts = isWhole ? exchange.bursts.slice(0, -1) : exchange.bursts;
  const lumps = bursts.filter(({ bytes }) => bytes >= PAGE && bytes % PAGE <= OVER_BYTES);
  if (isHeldToTheEnd(stream)) return exchange.bursts;
  // A compressor says itself that it collects.
  const least = exchange.response?.headers['content-encoding'] === undefined ? MIN_LUMPS : 2;
  if (lumps.length < least || lumps.length < bursts.length * 0.7) return [];
  const paused = lumps.filter(({ atMs }, i) => i === 0 || atMs - lumps[i - 1]!.untilMs >= MIN_PAUSE_MS);
  return paused.length >= least ? lumps : [];
}

/** Head, events and end in one go, long after the request. */
function isHeldToTheEnd({ exchange, beginMs }: Stream): boolean {
  const { bursts, complete, response } = exchange!;
  if (bursts.length !== 1 || complete === undefined || response === undefined) return false;
  return response.atMs - beginMs >= MIN_HELD_MS && complete.atMs - response.atMs < MIN_PAUSE_MS;
}

// The same path with small bursts at the same time: what the proxy got from behind.
function smallBehind(streams: readonly Stream[], scene: Scene): Stream[] {
  const targets = new Set(streams.map(({ exchange }) => exchange!.request?.target));
  return scene.streams.filter(
    ({ exchange, isEventStream, flow }) =>
      isEventStream &&
      exchange?.request !== undefined &&
      targets.has(exchange.request.target) &&
      streams.some((stream) => stream.flow !== flow && stream.flow.server.address === flow.client.address) &&
      exchange.bursts.length >= 2 * MIN_LUMPS &&
      exchange.bursts.every(({ bytes }) => bytes < PAGE),
  );
}

const sizesText = (lumps: readonly Burst[]) =>
  [...new Set(lumps.map(({ bytes }) => `${Math.floor(bytes / PAGE) * 4} KiB`))].slice(0, 3).join(', ');

function claim(streams: readonly Stream[], scene: Scene): Claim {
  const lumps = streams.flatMap(lumpsOf);
  const behind = smallBehind(streams, scene);
  const address = addressOf(streams[0]!, 'server');
  const hop = streams.find(({ serverHop }) => serverHop)?.serverHop;
  const encoding = streams[0]!.exchange!.response?.headers['content-encoding'];
  const why: Point[] = [
    {
      text: lumps.some(({ bytes }) => bytes < PAGE)
        ? 'head, events and end came in one go, long after the request'
        : `${count(lumps.length, 'lump')} of ${sizesText(lumps)} with pauses between`,
      refs: refsOf(lumps),
      filter: streamFilter(streams, 'tcp.len > 0'),
    },
  ];
  if (encoding !== undefined)
    why.push({ text: `content-encoding: ${encoding}`, refs: [streams[0]!.exchange!.response!.ref] });
  if (behind.length > 0) {
    why.push({ text: 'behind it the same stream has small pieces', refs: [], filter: streamFilter(behind) });
  }
  return {
    level: 'cause',
    sureness:
      behind.length > 0 ? 'sure' : hop !== undefined || encoding !== undefined ? 'likely' : 'possible',
    summary: `Events of ${count(streams.length, 'stream')} from ${address} arrive in lumps: something collects them.`,
    streams,
    why,
    help: [
      ...(hop?.id === 'nginx'
        ? ['nginx: proxy_buffering off; or send X-Accel-Buffering: no from the application']
        : []),
      'no compression and no response buffering for text/event-stream',
    ],
    more: [
      ...(hop === undefined
        ? [`which software runs at ${address}? Its setting for response buffering is the one to change`]
        : []),
      ...(behind.length > 0
        ? []
        : ['a capture between proxy and application would show whether the application writes small pieces']),
    ],
  };
}
