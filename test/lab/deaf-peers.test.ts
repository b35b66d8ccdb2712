// 1,000 peers that never read, on a server whose kernel holds at most 128 KiB for each: what they cost is their two
// budgets, ours and the kernel's, whatever is published.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { readTcpTable } from '../../src/base/tcp-table.ts';
import { AskedProcess } from '../support/asked-process.ts';
import { Crowd } from '../support/crowd.ts';
import { networkNamespaces } from '../support/require.ts';
import { waitFor } from '../support/wait-for.ts';
import type { HubAsks } from './support/hub-process.ts';
import { readSockstat } from './support/kernel-counters.ts';
import { makeNetwork } from './support/namespaces.ts';

const hubProcess = new URL('./support/hub-process.ts', import.meta.url);
const KIB = 1024;
const MIB = 1024 * KIB;
const DEAF = 1000;
const READING = 10;
const EVENT_BYTES = 50_000;
const EVENTS = 4000;
// Fills the log, and has the heap grow as the traffic makes it, before anything is measured.
const WARM_UP_EVENTS = 1000;
const EVENTS_A_BATCH = 40;
const KERNEL_BYTES = 128 * KIB;
// The kernel looks whether there is room before it takes a packet, and a packet may be so large.
const KERNEL_PACKET_BYTES = 64 * KIB;
// One page of catch-up, or one event when that is larger; a ServerResponse takes 64 KiB before it pushes back, too.
const OWN_BYTES = { fast: 64 * KIB, http: 128 * KIB };
const LOG_BYTES = 16 * MIB;
// The streams' objects, 16 KiB each over node:http, and what malloc keeps of the buffers that are gone: 10 to 50 MiB
// was seen.
const BESIDE_BYTES = 80 * MIB;
// Left alone, V8 lets the space of what is garbage at once grow to 100 MiB.
const SMALL_HEAP = ['--expose-gc', '--max-semi-space-size=2'];
const STALL_TIMEOUT_MS = 45_000;
const TIME_AROUND_STALL_MS = 10_000;

for (const lane of ['fast', 'http'] as const) {
  test(`1,000 streams that never read cost their two budgets while 200 MB are published [${lane}]`, async (t) => {
    if (!networkNamespaces(t)) return;
    const network = await makeNetwork(t);
    await network.server.run('sysctl', '-q', '-w', `net.ipv4.tcp_wmem=4096 16384 ${KERNEL_BYTES}`);
    const server = new AskedProcess<HubAsks>(t, hubProcess, network.server.place(...SMALL_HEAP));
    const [deaf, reading] = [new Crowd(t, network.client.place()), new Crowd(t, network.client.place())];
    const options = { maxLogBytes: LOG_BYTES, stallTimeoutMs: STALL_TIMEOUT_MS };
    const { [lane]: port } = await server.ask('start', options, network.serverAddress);
    const plan = { host: network.serverAddress, port, topic: 'a' };
    await reading.open({ ...plan, group: 'reading', count: READING });
    const batch = { topics: ['a'], count: EVENTS_A_BATCH, bytes: EVENT_BYTES };
    for (let number = 0; number < WARM_UP_EVENTS; ) {
      number = await server.ask('publish', batch);
      await reading.reaches('reading', number);
    }
    const before = await server.ask('memory');
    const sockstatBefore = readSockstat(server.pid);
    await deaf.open({ ...plan, group: 'deaf', count: DEAF, manner: 'deaf' });
    await waitFor('all streams', async () => (await server.ask('stats')).streams === DEAF + READING);
    const startedMs = performance.now();
    let [mostBuffers, mostPrivate, mostInKernel] = [0, 0, 0];
    for (let number = WARM_UP_EVENTS; number < WARM_UP_EVENTS + EVENTS; ) {
      number = await server.ask('publish', batch);
      await reading.reaches('reading', number);
      if (number % 400 > 0) continue;
      // Not yet ended: all that is measured is measured with them.
      assert.equal((await server.ask('stats')).streams, DEAF + READING, `after ${number} events`);
      const { bufferBytes, privateBytes } = await server.ask('memory');
      mostBuffers = Math.max(mostBuffers, bufferBytes);
      mostPrivate = Math.max(mostPrivate, privateBytes);
      mostInKernel = Math.max(mostInKernel, mostQueued(server.pid));
    }
    const [heldBytes, grownBytes] = [mostBuffers - before.bufferBytes, mostPrivate - before.privateBytes];
    const budgetBytes = DEAF * OWN_BYTES[lane];
    t.diagnostic(`buffers grew by ${inMib(heldBytes)}, at most ${inMib(budgetBytes)}`);
    t.diagnostic(`private memory grew by ${inMib(grownBytes)}, at most ${inMib(budgetBytes + BESIDE_BYTES)}`);
    t.diagnostic(
      `the longest queue of the kernel: ${mostInKernel} bytes, at most ${KERNEL_BYTES + KERNEL_PACKET_BYTES}`,
    );
    t.diagnostic(`sockstat before: ${sockstatBefore}`);
    // Pages of the whole machine, what the clients have not read included.
    t.diagnostic(`sockstat after: ${readSockstat(server.pid)}`);
    assert.ok(heldBytes <= budgetBytes);
    assert.ok(grownBytes <= budgetBytes + BESIDE_BYTES);
    assert.ok(mostInKernel > 0 && mostInKernel <= KERNEL_BYTES + KERNEL_PACKET_BYTES);

    await waitFor(
      'the end of all deaf streams',
      async () => (await server.ask('stats')).streams === READING,
      STALL_TIMEOUT_MS + TIME_AROUND_STALL_MS,
    );
    const stalledMs = performance.now() - startedMs;
    t.diagnostic(`all ended ${(stalledMs / 1000).toFixed(1)} s after the first event`);
    const { behind, ended } = await server.ask('stats');
    assert.deepEqual({ behind, ended }, { behind: 0, ended: { stalled: DEAF } });
    assert.ok(stalledMs >= STALL_TIMEOUT_MS);
    const tally = await reading.reaches('reading', await server.ask('publish', batch));
    assert.equal(tally.latestFirst, 1);
  });
}

/** The most bytes that the kernel holds unsent or unacknowledged for one socket of the namespace. */
function mostQueued(pid: number): number {
  let most = 0;
  readTcpTable(readFileSync(`/proc/${pid}/net/tcp`), ({ txQueue }) => {
    most = Math.max(most, txQueue);
  });
  return most;
}

function inMib(bytes: number): string {
  return `${(bytes / MIB).toFixed(1)} MiB`;
}
