// All clients come back in one moment, each with events that it has missed: how long until the last has all of them,
// beside how long the same clients took to connect in one moment at first.

import { setTimeout as delay } from 'node:timers/promises';
import { nowUs } from '../src/load/clock.ts';
import { Ledger } from '../src/load/ledger/ledger.ts';
import { readStamp } from '../src/load/stamp.ts';
import { Clients } from './clients.ts';
import type { Figures } from './figures.ts';
import type { RunningPeer } from './peers/peer.ts';
import { BENCH_RUN, publishStamped } from './publish.ts';

const CHECK_MS = 2;
/** After all is there: what comes twice. */
const REPEAT_MS = 500;

export interface ResumeStormPlan {
  readonly streams: number;
  /** Events that each misses. */
  readonly missed: number;
  /** For each step: what has not come by then is lost. */
  readonly limitMs: number;
}

export async function resumeStorm(
  peer: RunningPeer,
  { streams, missed, limitMs }: ResumeStormPlan,
  signal: AbortSignal,
): Promise<Figures> {
  const ledger = new Ledger();
  let heads = 0;
  let received = 0;
  let problem: string | undefined;
  const clients = new Clients(peer, streams, {
    onHead: () => heads++,
    onEvent(stream, data) {
      const stamp = readStamp(data, BENCH_RUN);
      if (stamp === undefined) return;
      received++;
      ledger.received(stream.index, stamp.topic, stamp.seq);
    },
    onEnd(_stream, { kind, detail }) {
      if (kind !== 'own') problem ??= `streams ended as ${kind}: ${detail}`;
    },
  });
  const until = async (isThere: () => boolean) => {
    const sinceUs = nowUs();
    // Looked at between reads, so the bench's own reading is in it, for all peers alike.
    while (!isThere() && nowUs() - sinceUs < limitMs * 1000) await delay(CHECK_MS, undefined, { signal });
    return nowUs() - sinceUs;
  };
  try {
    for (const { index } of clients.streams) ledger.expectFrom(index, 0, 1);
    clients.openAll();
    const connectUs = await until(() => heads >= streams);
    if (heads < streams) throw new Error(problem ?? `only ${heads} of ${streams} streams came up`);
    // So that each has an id to come back with.
    await publishStamped(peer, 1, 1);
    await until(() => received >= streams);
    if (received < streams) throw new Error(`only ${received} of ${streams} got the first event`);
    clients.leaveAll();
    await publishStamped(peer, 2, missed + 1);
    clients.openAll();
    const resumeUs = await until(() => received >= streams * (missed + 1));
    await delay(REPEAT_MS, undefined, { signal });
    const { lost, repeated, outOfOrder } = ledger.totals([missed + 1]);
    return {
      stormUs: connectUs,
      resumeUs,
      resumeOfConnect: resumeUs / connectUs,
      lost,
      repeated,
      outOfOrder,
    };
  } finally {
    clients.end();
  }
}
