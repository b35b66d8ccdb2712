// Clients that come one by one while a server is busy with others: how long each waits for the head of its stream.

import { setTimeout as delay } from 'node:timers/promises';
import { LatencyHistogram } from '../src/load/statistics/histogram.ts';
import { Clients } from './clients.ts';
import type { RunningPeer } from './peers/peer.ts';

const EVERY_MS = 50;
/** Who has no head so long after the last one came is not answered. */
const LIMIT_MS = 10_000;

/** Times of `count` newcomers, one every 50 ms; who is not answered is left out, and counted. */
export async function timeNewcomers(
  peer: RunningPeer,
  count: number,
  signal: AbortSignal,
): Promise<{ readonly heads: LatencyHistogram; readonly unanswered: number }> {
  const heads = new LatencyHistogram();
  const clients = new Clients(peer, count, {
    onHead(stream, headUs) {
      heads.record(headUs);
      stream.leave();
    },
    onEvent: () => {},
    onEnd: () => {},
  });
  try {
    for (const stream of clients.streams) {
      stream.open();
      await delay(EVERY_MS, undefined, { signal });
    }
    const giveUpMs = performance.now() + LIMIT_MS;
    while (heads.count < count && performance.now() < giveUpMs) await delay(EVERY_MS, undefined, { signal });
    return { heads, unanswered: count - heads.count };
  } finally {
    clients.end();
  }
}
