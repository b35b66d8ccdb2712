// The reaper against a real kernel: peers whose packets are lost are found and ended, on both lanes and in both of
// the kernel's tables, and nobody else is.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AskedProcess } from '../support/asked-process.ts';
import { Crowd } from '../support/crowd.ts';
import { networkNamespaces } from '../support/require.ts';
import { waitFor } from '../support/wait-for.ts';
import type { HubAsks } from './support/hub-process.ts';
import { makeNetwork } from './support/namespaces.ts';

const hubProcess = new URL('./support/hub-process.ts', import.meta.url);
const STREAMS_A_GROUP = 25;
const LIMIT_MS = 60_000;
const EARLIEST_MS = 25_000;

test('streams whose packets are lost end with `client-lost` within 60 s; all others get every event', async (t) => {
  if (!networkNamespaces(t)) return;
  const network = await makeNetwork(t);
  const server = new AskedProcess<HubAsks>(t, hubProcess, network.server.place());
  const crowd = new Crowd(t, network.client.place());
  const { serverAddress, serverAddress6, clientAddresses, clientAddresses6 } = network;
  const both = await server.ask('start', {}, '::');
  const ipv4 = await server.ask('listenAlso', serverAddress);
  const families = {
    ipv4: { host: serverAddress, ports: ipv4, from: clientAddresses },
    // On a listener of both families they stand in the table of IPv6, with mapped addresses.
    mapped: { host: serverAddress, ports: both, from: clientAddresses },
    ipv6: { host: serverAddress6, ports: both, from: clientAddresses6 },
  };

  // As far away as a satellite: the kernel waits so long before it sends again.
  const far = clientAddresses[2]!;
  await network.server.run('ip', 'route', 'add', far, 'dev', network.device, 'rto_min', '2s');

  const kept: string[] = [];
  const lost: string[] = [];
  for (const [family, { host, ports, from }] of Object.entries(families)) {
    for (const lane of ['fast', 'http'] as const) {
      // On the quiet topic only heartbeats can tell that nobody is there.
      for (const topic of ['busy', 'quiet']) {
        const plan = { host, port: ports[lane], topic, count: STREAMS_A_GROUP };
        const name = `${family}, ${lane}, ${topic}`;
        kept.push(`${name}, kept`);
        lost.push(`${name}, lost`);
        await crowd.open({ ...plan, group: `${name}, kept`, localAddress: from[0]! });
        await crowd.open({ ...plan, group: `${name}, lost`, localAddress: from[1]! });
      }
    }
  }
  const fromFar = { host: serverAddress, port: ipv4.fast, count: STREAMS_A_GROUP, localAddress: far };
  lost.push('far, busy, lost');
  await crowd.open({ ...fromFar, topic: 'busy', group: 'far, busy, lost' });
  await server.ask('startFeed', { topics: ['busy'], count: 1, bytes: 200 }, 200);
  for (const group of [...kept, ...lost]) if (group.includes('busy')) await crowd.reaches(group, 5);

  for (const address of [clientAddresses[1]!, clientAddresses6[1]!, far]) await network.client.drop(address);
  const droppedMs = performance.now();
  const lostStreams = lost.length * STREAMS_A_GROUP;
  let firstMs = 0;
  await waitFor(
    'the lost streams to be found',
    async () => {
      const { ended } = await server.ask('stats');
      if (ended['client-lost'] !== undefined) firstMs ||= performance.now() - droppedMs;
      return ended['client-lost'] === lostStreams;
    },
    LIMIT_MS,
  );
  const lastMs = performance.now() - droppedMs;
  t.diagnostic(
    `first found after ${(firstMs / 1000).toFixed(1)} s, last after ${(lastMs / 1000).toFixed(1)} s`,
  );
  assert.ok(firstMs >= EARLIEST_MS, 'a line that is merely bad is given time');

  const number = await server.ask('stopFeed');
  for (const group of kept) {
    if (group.includes('busy')) await crowd.reaches(group, number);
    const { endings, faults } = await crowd.tally(group);
    assert.deepEqual(
      { endings, faults },
      { endings: { clean: 0, reset: 0, cut: 0, left: 0 }, faults: [] },
      group,
    );
  }
  const { streams, ended } = await server.ask('stats');
  assert.deepEqual(
    { streams, ended },
    { streams: kept.length * STREAMS_A_GROUP, ended: { 'client-lost': lostStreams } },
  );
});
