// Publishes numbered events from the bench's own process, in order, to a peer's first topic.

import { nowUs } from '../src/load/clock.ts';
import { bodyOf, targetOf } from '../src/load/generator/request-bytes.ts';
import { topicName } from '../src/load/generator/topics.ts';
import { encodeStamp } from '../src/load/stamp.ts';
import type { RunningPeer } from './peers/peer.ts';

const PAYLOAD_BYTES = 150;
const ANSWER_TIMEOUT_MS = 10_000;

/** Six characters, as stamps have them. */
export const BENCH_RUN = 'bench0';

/** Events `from` to `to`. @throws Error when one is refused, or not answered in time. */
export async function publishStamped(peer: RunningPeer, from: number, to: number): Promise<void> {
  const topic = topicName({ name: peer.topicName, count: 1 }, 0);
  const events = Array.from({ length: to - from + 1 }, (_, i) => ({
    topic,
    payload: encodeStamp({ run: BENCH_RUN, topic: 0, seq: from + i, sentUs: nowUs() }, PAYLOAD_BYTES),
  }));
  const batches = peer.publish.isBatched ? [events] : events.map((event) => [event]);
  for (const batch of batches) {
    const { method, url, headers } = peer.publish;
    const response = await fetch(targetOf(url, batch[0]!), {
      method,
      headers,
      body: bodyOf(peer.publish, batch),
      signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
    });
    const answer = await response.text();
    if (!response.ok)
      throw new Error(`a publish was answered with ${response.status} ${answer.slice(0, 100)}`);
  }
}
