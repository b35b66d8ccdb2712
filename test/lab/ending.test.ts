// Ending well, by the kernel's own count: however 5,000 streams end, the server's side sends no reset.

import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { AskedProcess } from '../support/asked-process.ts';
import { Crowd } from '../support/crowd.ts';
import type { GroupTally } from '../support/crowd-process.ts';
import type { Ending } from '../support/crowd-stream.ts';
import { networkNamespaces } from '../support/require.ts';
import { waitFor } from '../support/wait-for.ts';
import type { HubAsks, Rudeness } from './support/hub-process.ts';
import { readResetCounts, sinceThen } from './support/kernel-counters.ts';
import { makeNetwork } from './support/namespaces.ts';

const hubProcess = new URL('./support/hub-process.ts', import.meta.url);
// Of 5,000: each way of ending has its topic, one in five of whose streams goes on talking. To node:http what follows
// the request is a next one, and nonsense ends the connection: there they send a body.
const talkers = { fast: 'chatty', http: 'uploading' } as const;
const READING = 1000;
const TALKING = 250;
const topics = ['ended', 'leaving', 'closing', 'drained'] as const;
type Ways = Readonly<Record<(typeof topics)[number], Ending>>;
const usual: Ways = { ended: 'clean', leaving: 'clean', closing: 'left', drained: 'clean' };
// node:http closes on FIN, without the last chunk that nobody waits for.
const ways = { fast: usual, http: { ...usual, leaving: 'cut' } } as const;
const NO_RESETS = { OutRsts: 0, TCPAbortOnClose: 0, TCPAbortOnData: 0 };

async function startLab(t: TestContext) {
  const network = await makeNetwork(t);
  const server = new AskedProcess<HubAsks>(t, hubProcess, network.server.place());
  const crowd = new Crowd(t, network.client.place());
  return { server, crowd, host: network.serverAddress };
}

test('the counters count: a reset of ours, and a close with unread data', async (t) => {
  if (!networkNamespaces(t)) return;
  const { server, crowd, host } = await startLab(t);
  const port = await server.ask('startRude', host);
  const counted: Record<Rudeness, (typeof NO_RESETS)[keyof typeof NO_RESETS][]> = {
    reset: [],
    'close-unread': [],
  };
  for (const rudeness of ['reset', 'close-unread'] as const) {
    const before = readResetCounts(server.pid);
    await crowd.open({ host, port, topic: 'a', group: rudeness, count: 10, manner: 'deaf' });
    await waitFor('the connections', async () => (await server.ask('rudeConnections')) === 10);
    await server.ask('beRude', rudeness);
    await waitFor('10 resets', () => sinceThen(before, readResetCounts(server.pid)).OutRsts >= 10);
    counted[rudeness] = Object.values(sinceThen(before, readResetCounts(server.pid)));
  }
  assert.deepEqual(counted, { reset: [10, 0, 10], 'close-unread': [10, 10, 0] });
});

for (const lane of ['fast', 'http'] as const) {
  test(`5,000 streams end in every way, while they are written to, without a reset of ours [${lane}]`, async (t) => {
    if (!networkNamespaces(t)) return;
    const { server, crowd, host } = await startLab(t);
    const ports = await server.ask('start', { heartbeatMs: 1000 }, host);
    for (const topic of topics) {
      const plan = { host, port: ports[lane], topic };
      await crowd.open({ ...plan, group: topic, count: READING });
      await crowd.open({ ...plan, group: `${topic}, talking`, count: TALKING, manner: talkers[lane] });
    }
    assert.equal((await server.ask('stats')).lanes[lane], (READING + TALKING) * topics.length);
    const before = readResetCounts(server.pid);
    const groupsOf = (topic: string) => [topic, `${topic}, talking`];
    await server.ask('startFeed', { topics: topics.slice(1), count: 1, bytes: 200 }, 100);
    await Promise.all(
      topics
        .slice(1)
        .flatMap(groupsOf)
        .map((group) => crowd.reaches(group, 5)),
    );

    await server.ask('end', 'ended');
    await crowd.leave('fin', ...groupsOf('leaving'));
    await crowd.leave('close', ...groupsOf('closing'));
    await server.ask('publish', { topics: ['drained'], count: 20, bytes: 5000 });
    const closed = server.ask('close');
    const tallies: Record<string, GroupTally> = {};
    for (const group of topics.flatMap(groupsOf)) tallies[group] = await crowd.ended(group);
    await closed;

    for (const [group, tally] of Object.entries(tallies)) {
      const way = ways[lane][group.split(',')[0] as keyof Ways];
      assert.deepEqual(tally.endings, { clean: 0, reset: 0, cut: 0, left: 0, [way]: tally.streams }, group);
      assert.deepEqual(tally.faults, [], group);
    }
    const { streams, ended } = await server.ask('stats');
    t.diagnostic(JSON.stringify(ended));
    assert.equal(streams, 0);
    assert.deepEqual(sinceThen(before, readResetCounts(server.pid)), NO_RESETS);
  });
}
