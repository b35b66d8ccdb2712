// Faults of the network, in namespaces of the tests' own: what a client sees of each, and that nothing is left.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { type TestContext, test } from 'node:test';
import { conntrackExpiry } from '../../src/chaos/system/conntrack-expiry.ts';
import { packetLoss } from '../../src/chaos/system/packet-loss.ts';
import { partition } from '../../src/chaos/system/partition.ts';
import { reject } from '../../src/chaos/system/reject.ts';
import { type AnySystemFaultKind, makeSystemFault } from '../../src/chaos/system/system-fault.ts';
import type { ProcessPlace } from '../support/asked-process.ts';
import { networkNamespaces } from '../support/require.ts';
import { waitFor } from '../support/wait-for.ts';
import { readRetransmits } from './support/kernel-counters.ts';
import { makeNetwork, type Network } from './support/namespaces.ts';

const PORT = 7000;
const SERVER = `require('net').createServer((socket) => { socket.on('error', () => {}); setInterval(() => socket.write('x'), 5); }).listen(${PORT}, () => console.log('up'));`;
const client = (host: string) =>
  `const s = require('net').connect(${PORT}, '${host}'); s.on('data', () => console.log('data')); s.on('error', (e) => console.log(e.code)); s.on('close', () => console.log('closed')); setInterval(() => s.writable && s.write('y'), 5);`;

class Said {
  text = '';
  readonly child: ChildProcess;

  constructor(t: TestContext, place: ProcessPlace, script: string) {
    const [path, ...args] = place.command!;
    this.child = spawn(path!, [...args, '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.child.stdout!.setEncoding('utf8').on('data', (chunk: string) => {
      this.text += chunk;
    });
    t.after(() => this.child.kill('SIGKILL'));
  }

  /** Waits until it says more. */
  async more(word: string): Promise<void> {
    const from = this.text.length;
    await waitFor(word, () => this.text.indexOf(word, from) !== -1);
  }
}

async function connected(t: TestContext): Promise<{ network: Network; client: Said; connect: () => Said }> {
  const network = await makeNetwork(t);
  const server = new Said(t, network.server.place(), SERVER);
  await waitFor('the server', () => server.text.includes('up'));
  const connect = () => new Said(t, network.client.place(), client(network.serverAddress));
  const first = connect();
  await first.more('data');
  return { network, client: first, connect };
}

const put = (kind: AnySystemFaultKind, network: Network, options = {}) =>
  makeSystemFault(kind, { port: PORT, netnsOf: network.server.pid, ...options });

const rules = async (network: Network) =>
  (await network.server.run('iptables', '-w', '-S')).trim().split('\n').length;

/** Nothing arrives any more: what was under way has arrived by the time that a new connect is known to fail. */
async function silent(said: Said, connect: () => Said): Promise<void> {
  const from = said.text.length;
  const other = connect();
  await assert.rejects(waitFor('a connection', () => other.text.includes('data'), 500));
  assert.ok(said.text.length - from < 400, 'the other one gets nothing either');
}

test('partition: nobody hears anything, and all goes on when it is over', async (t) => {
  if (!networkNamespaces(t)) return;
  const { network, client: said, connect } = await connected(t);
  const before = await rules(network);
  const undo = await put(partition, network);
  await silent(said, connect);
  assert.ok(!said.text.includes('closed'));
  await undo();
  await said.more('data');
  assert.equal(await rules(network), before);
});

test('packet-loss: what is lost is sent again', async (t) => {
  if (!networkNamespaces(t)) return;
  const { network, client: said } = await connected(t);
  const undo = await put(packetLoss, network, { probability: 0.2, netnsOf: network.client.pid });
  await waitFor('packets to be sent again', () => readRetransmits(network.server.pid) > 3);
  await said.more('data');
  await undo();
});

test('reject: the client gets RST', async (t) => {
  if (!networkNamespaces(t)) return;
  const { network, client: said, connect } = await connected(t);
  const undo = await put(reject, network, { direction: 'to-server' });
  await waitFor('RST', () => said.text.includes('ECONNRESET'));
  const refused = connect();
  await waitFor('RST', () => refused.text.includes('ECONNREFUSED'));
  await undo();
  await connect().more('data');
});

test('conntrack-expiry: a connection is forgotten, and a new one works', async (t) => {
  if (!networkNamespaces(t)) return;
  const { network, client: said, connect } = await connected(t);
  const undo = await put(conntrackExpiry, network);
  const other = connect();
  await other.more('data');
  const from = said.text.length;
  await other.more('data');
  assert.equal(said.text.length, from);
  await undo();
  assert.equal(
    (await network.server.run('sysctl', '-n', 'net.netfilter.nf_conntrack_tcp_loose')).trim(),
    '1',
  );
  await said.more('data');
});
