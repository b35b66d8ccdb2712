// Crowds: what happens to 10,000 streams at once, on loopback, with the clients in two processes of their own. Each
// ends with nothing lost for those that stay, an event loop that never stood still, and nothing left over.

import assert from 'node:assert/strict';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { TestContext } from 'node:test';
import type { Hub } from '../../src/http/create-hub.ts';
import { Crowd } from '../support/crowd.ts';
import { type HubServer, laneTest, type StartHub } from '../support/hub-server.ts';
import { turnOfLoop } from '../support/turns.ts';
import { waitFor } from '../support/wait-for.ts';

const STREAMS = 10_000;
const WITNESSES = 10;
const MAX_EVENT_BYTES = 65_536;
// A guard against a loop that stands still, no measure of speed. When all leave, Node.js tells of everything that the
// kernel has ready in one turn: 20 to 500 ms were seen, and 1,100 over node:http on a machine that was busy.
const MAX_LOOP_DELAY_MS = 5000;
// Slices of 4 ms cut the writes to a crowd into 10 turns and more; in one go there would be none between.
const MIN_TURNS_BETWEEN = 3;

interface Rig extends HubServer {
  readonly crowds: readonly [Crowd, Crowd];
  /** Both halves of the crowd, at once. */
  readonly each: <T>(act: (crowd: Crowd) => Promise<T>) => Promise<T[]>;
  openCrowd(): Promise<unknown>;
  /** Publishes numbered events in one batch, and answers the number of the last. */
  publish(count: number, event?: { topic?: string; bytes?: number }): Promise<number>;
  /** All that came with the crowd is gone again, and the loop never stood still. */
  isAsBefore(): Promise<void>;
}

async function rig(t: TestContext, startHub: StartHub): Promise<Rig> {
  const started = await startHub(t, { heartbeatMs: 60_000, closeTimeoutMs: 10_000 });
  const { hub, server, port } = started;
  const crowds = [new Crowd(t), new Crowd(t)] as const;
  const each = <T>(act: (crowd: Crowd) => Promise<T>) => Promise.all(crowds.map(act));
  const plan = { host: '127.0.0.1', port, topic: 'a' };
  await crowds[0].open({ ...plan, topic: 'a&topic=b', group: 'witnesses', count: WITNESSES });
  const sockets = socketCount();
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  t.after(() => delay.disable());
  let published = 0;
  return {
    ...started,
    crowds,
    each,
    openCrowd: () => each((crowd) => crowd.open({ ...plan, group: 'crowd', count: STREAMS / 2 })),
    async publish(count, { topic = 'a', bytes = 100 } = {}) {
      const events = Array.from({ length: count }, () => ({
        topic,
        data: `${++published} `.padEnd(bytes, 'x'),
      }));
      await hub.publish(events);
      return published;
    },
    async isAsBefore() {
      await waitFor('all streams but the witnesses to be gone', () => hub.stats().streams === WITNESSES);
      const connections = () =>
        new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count)));
      await waitFor(
        'all connections to be gone',
        async () => (await connections()) === WITNESSES && socketCount() === sockets,
      );
      const maxMs = delay.max / 1e6;
      t.diagnostic(`longest delay of the event loop: ${maxMs.toFixed(0)} ms`);
      assert.ok(maxMs < MAX_LOOP_DELAY_MS, `${maxMs} ms`);
    },
  };
}

/** How often the loop turned while streams were served: some had the newest event, and others did not. */
async function turnsWhileServing(hub: Hub, delivered: number): Promise<number> {
  const seen = new Set<number>();
  await waitFor('all writes', async () => {
    // Not once in 10 ms, as `waitFor` would look.
    for (let turn = 0; turn < 100; turn++) {
      seen.add(hub.stats().delivered);
      await turnOfLoop();
    }
    return hub.stats().delivered >= delivered;
  });
  return seen.size - 2;
}

function socketCount(): number {
  return process.getActiveResourcesInfo().filter((name) => name.includes('TCPSocket')).length;
}

laneTest(
  'what is published while 10,000 streams connect reaches each from its first position on; all may leave in one tick',
  async (t, startHub) => {
    const { hub, crowds, each, openCrowd, publish, isAsBefore } = await rig(t, startHub);
    let isOpening = true;
    const opening = openCrowd().finally(() => {
      isOpening = false;
    });
    while (isOpening) {
      await publish(1);
      // At the pace of the connects: an event for some 250 of them.
      const { opened } = hub.stats();
      await waitFor('more streams', () => !isOpening || hub.stats().opened >= opened + 250, 30_000);
    }
    await opening;
    const last = await publish(1);
    assert.ok(last > 10, `only ${last} events were published meanwhile`);
    for (const tally of await each((crowd) => crowd.reaches('crowd', last))) {
      assert.equal(tally.startedWrongly, 0);
      assert.equal(tally.last.most, last);
    }
    const leaving = [crowds[0].leave('close', 'crowd'), crowds[1].leave('reset', 'crowd')];
    const after = await publish(20);
    await Promise.all(leaving);
    await isAsBefore();
    await crowds[0].reaches('witnesses', after);
    const { ended } = hub.stats();
    assert.equal((ended['client-left'] ?? 0) + (ended['client-reset'] ?? 0), STREAMS, JSON.stringify(ended));
  },
);

laneTest(
  'an event of the maximum size reaches 10,000 streams in slices; so does the end of their topic',
  async (t, startHub) => {
    const { hub, crowds, each, openCrowd, publish, isAsBefore } = await rig(t, startHub);
    await openCrowd();
    const { delivered } = hub.stats();
    const number = await publish(1, { bytes: MAX_EVENT_BYTES });
    const turns = await turnsWhileServing(hub, delivered + STREAMS + WITNESSES);
    assert.ok(turns >= MIN_TURNS_BETWEEN, `${turns} turns`);
    for (const tally of await each((crowd) => crowd.reaches('crowd', number))) {
      assert.equal(tally.startedWrongly, 0);
    }
    await hub.end('a');
    for (const { endings } of await each((crowd) => crowd.ended('crowd'))) {
      assert.deepEqual(endings, { clean: STREAMS / 2, reset: 0, cut: 0, left: 0 });
    }
    await isAsBefore();
    assert.deepEqual(hub.stats().ended, { ended: STREAMS });
    await crowds[0].reaches('witnesses', await publish(1, { topic: 'b' }));
  },
);
