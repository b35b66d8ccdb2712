// What is said of resets and streams, tried on a kernel and on the proxies themselves. docs/myths.md names these tests.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { tsharkFields } from '../support/capture/tshark-fields.ts';
import { networkNamespaces, tool } from '../support/require.ts';
import { haproxy, nginx } from './scenarios/support/proxies.ts';
import { Capture } from './support/capture.ts';
import { readCounters } from './support/kernel-counters.ts';
import { Lab, pause } from './support/lab.ts';
import { addresses, endDevice, type Place } from './support/path.ts';
import type { Close, ServerPlan } from './support/stream-server-process.ts';

const FIELDS = [
  ...[
    'frame.number',
    'frame.time_epoch',
    'tcp.stream',
    'tcp.flags',
    'tcp.srcport',
    'tcp.seq_raw',
    'tcp.ack_raw',
  ],
  ...['tcp.len', 'tcp.window_size_value', 'tcp.hdr_len', 'tcp.nxtseq'],
] as const;
type Packet = Readonly<Record<(typeof FIELDS)[number] | 'frame.number', string>>;

const FIN = 0x01;
const RST = 0x04;
const ACK = 0x10;
const PORT = '8080';
const host = addresses.server;

const has = (packet: Packet, flag: number) => (Number(packet['tcp.flags']) & flag) !== 0;
const fromServer = (packet: Packet) => packet['tcp.srcport'] === PORT;

async function makeLab(t: TestContext, ...tools: readonly string[]): Promise<Lab | undefined> {
  if (!networkNamespaces(t)) return undefined;
  for (const name of ['tcpdump', 'tshark', ...tools]) if (tool(t, name) === undefined) return undefined;
  return Lab.make(t);
}

/** Captures at the client while `run` does its work. */
async function captured(t: TestContext, lab: Lab, run: () => Promise<void>): Promise<readonly Packet[]> {
  const file = join(lab.folder(), 'capture.pcap');
  const capture = await Capture.start(t, lab.path.client, { devices: [endDevice], file });
  await run();
  await capture.stop();
  return tsharkFields('tshark', file, FIELDS, 'tcp');
}

/** What the counters of a place say of a stream that its server closes in some way. */
async function closeOne(
  t: TestContext,
  lab: Lab,
  close: Close,
  plan: Partial<ServerPlan> = {},
  bodyBytes = 0,
) {
  await lab.path.server.setSysctls({ 'ipv4/tcp_rmem': '4096 65536 131072' });
  const plans = { '/events': [{ send: 3, everyMs: 60 }, { untilMs: 500 }, { close }] };
  await lab.serve({ plans, ...plan });
  const packets = await captured(t, lab, async () => {
    await lab.open([{ host, path: '/events', bodyBytes }]);
    await lab.ended(1);
    await pause(400);
  });
  return { packets, counters: readCounters(lab.path.server.pid) };
}

const sysctl = (lab: Lab, place: Place, name: string) =>
  lab.path[place].run('cat', `/proc/sys/net/${name}`).then((text) => text.trim());

describe('what is said of resets, tried on a kernel', { concurrency: 3 }, () => {
  test('close() with nothing unread sends FIN and no RST', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    const { packets, counters } = await closeOne(t, lab, 'close');
    assert.ok(packets.some((packet) => fromServer(packet) && has(packet, FIN)));
    assert.ok(!packets.some((packet) => has(packet, RST)));
    assert.equal(counters.get('OutRsts'), 0);
  });

  test('close() with unread bytes sends RST, which TCPAbortOnClose counts', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    const { packets, counters } = await closeOne(t, lab, 'close', { leaveBodies: true }, 400_000);
    assert.ok(packets.some((packet) => fromServer(packet) && has(packet, RST)));
    assert.ok(!packets.some((packet) => fromServer(packet) && has(packet, FIN)));
    assert.deepEqual([counters.get('TCPAbortOnClose'), counters.get('TCPAbortOnData')], [1, 0]);
  });

  test('SO_LINGER 0 is counted by TCPAbortOnData, not by TCPAbortOnLinger', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    const { counters } = await closeOne(t, lab, 'reset');
    assert.deepEqual([counters.get('TCPAbortOnData'), counters.get('TCPAbortOnLinger')], [1, 0]);
  });

  test('an active reset has the ACK flag and the next sequence number, and is sent once', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    const { packets } = await closeOne(t, lab, 'reset');
    const resets = packets.filter((packet) => has(packet, RST));
    assert.equal(resets.length, 1);
    const last = packets.filter((packet) => fromServer(packet) && !has(packet, RST)).at(-1)!;
    assert.ok(has(resets[0]!, ACK));
    assert.equal(Number(resets[0]!['tcp.seq_raw']), Number(last['tcp.seq_raw']) + Number(last['tcp.len']));
  });

  test('a passive reset has no ACK flag, no options, window 0, and the number that was acknowledged to it', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    // The client closes, and events that come then find no socket.
    await lab.serve({ plans: { '/events': [{ send: 20, everyMs: 500 }] } });
    const packets = await captured(t, lab, async () => {
      await lab.path.server.script(
        // The server does not hear of it.
        'iptables -A INPUT -p tcp --tcp-flags FIN FIN -j DROP',
      );
      await lab.path.client.setSysctls({ 'ipv4/tcp_fin_timeout': 1 });
      await lab.open([{ host, path: '/events', leaveAfterMs: 750, leave: 'close' }]);
      await lab.ended(1);
      await lab.serverHas(0);
    });
    const reset = packets.find((packet) => has(packet, RST))!;
    const asked = packets.filter(
      (packet) => fromServer(packet) && Number(packet['frame.number']) < Number(reset['frame.number']),
    );
    assert.ok(!has(reset, ACK));
    assert.equal(reset['tcp.hdr_len'], '20');
    assert.equal(reset['tcp.window_size_value'], '0');
    assert.ok(asked.slice(-3).some((packet) => packet['tcp.ack_raw'] === reset['tcp.seq_raw']));
  });

  test('a SYN to a closed port is answered with RST and ACK, sequence number 0', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    const packets = await captured(t, lab, async () => {
      await lab.open([{ host, path: '/' }]);
      await lab.ended(1);
    });
    assert.deepEqual(
      packets.filter(fromServer).map((packet) => [has(packet, RST), has(packet, ACK), packet['tcp.seq_raw']]),
      [[true, true, '0']],
    );
  });

  test('a receiver with a closed window answers probes with ACK, never with RST, and the sender goes on', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.client.setSysctls({ 'ipv4/tcp_rmem': '4096 16384 16384' });
    await lab.path.server.setSysctls({ 'ipv4/tcp_retries2': 2, 'ipv4/tcp_wmem': '4096 16384 32768' });
    await lab.serve({ plans: { '/events': [{ send: 60, everyMs: 5, bytes: 3000 }] } });
    const packets = await captured(t, lab, async () => {
      await lab.open([{ host, path: '/events', readBytes: 5000 }]);
      await lab.kernelCounts('server', 'TCPWinProbe', 4);
    });
    assert.ok(
      packets.filter((packet) => !fromServer(packet) && packet['tcp.window_size_value'] === '0').length >= 3,
    );
    assert.ok(!packets.some((packet) => has(packet, RST)));
    // More probes than tcp_retries2 allows to be unanswered.
    assert.equal(await lab.server.ask('open'), 1);
  });

  test('probes that nobody answers end with ETIMEDOUT and no RST', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.client.setSysctls({ 'ipv4/tcp_rmem': '4096 16384 16384' });
    await lab.path.server.setSysctls({ 'ipv4/tcp_retries2': 3, 'ipv4/tcp_wmem': '4096 16384 32768' });
    await lab.serve({ plans: { '/events': [{ send: 60, everyMs: 5, bytes: 3000 }] } });
    const packets = await captured(t, lab, async () => {
      await lab.open([{ host, path: '/events', readBytes: 5000 }]);
      await lab.kernelCounts('server', 'TCPWinProbe', 1);
      await lab.path.client.drop(addresses.client);
      await lab.serverHas(0);
    });
    assert.ok(!packets.some((packet) => has(packet, RST)));
    const counters = readCounters(lab.path.server.pid);
    assert.deepEqual([counters.get('TCPAbortOnTimeout'), counters.get('OutRsts')], [1, 0]);
  });

  test('a window scale that was taken from one side makes windows small; it makes none zero', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.router.script(
      'iptables -t mangle -A FORWARD -p tcp --tcp-flags SYN,ACK SYN,ACK -j TCPOPTSTRIP --strip-options wscale',
    );
    await lab.serve({
      plans: { '/events': [{ send: 9, everyMs: 20, bytes: 2000 }, { close: 'complete-fin' }] },
    });
    const packets = await captured(t, lab, async () => {
      await lab.open([{ host, path: '/events' }]);
      await lab.ended(1);
    });
    const [, synAck, ...after] = packets.filter((packet) => !has(packet, RST));
    // Not scaled in the handshake; from then on the server shifts by 7 what the client takes as it stands.
    assert.ok(Number(synAck!['tcp.window_size_value']) > 60_000);
    const windows = after.filter(fromServer).map((packet) => Number(packet['tcp.window_size_value']));
    assert.ok(
      windows.every((window) => window > 0 && window < 1000),
      windows.join(' '),
    );
  });

  test('a new kernel forgets an idle connection after five days, not after 30 s', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    assert.equal(await sysctl(lab, 'router', 'netfilter/nf_conntrack_tcp_timeout_established'), '432000');
    assert.equal(await sysctl(lab, 'router', 'netfilter/nf_conntrack_tcp_timeout_last_ack'), '30');
  });

  test('TIME_WAIT lasts 60 s whatever tcp_fin_timeout says, stays with who closes first, and lets a server bind', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.server.setSysctls({ 'ipv4/tcp_fin_timeout': 5 });
    const plans = { '/events': [{ send: 1, everyMs: 10 }, { close: 'complete-fin' as const }] };
    await lab.serve({ plans });
    await lab.open([{ host, path: '/events' }]);
    await lab.ended(1);
    const timeWaits = (place: Place) => lab.path[place].run('ss', '-Htano', 'state', 'time-wait');
    const left = /timer:\(timewait,(\d+)sec,0\)/.exec(await timeWaits('server'))?.[1];
    assert.ok(Number(left) > 50, `${left} s`);
    assert.equal(await timeWaits('client'), '');
    await lab.server.kill();
    await lab.replaceServer({ plans });
    assert.notEqual(await timeWaits('server'), '');
  });

  test('a new kernel lets 4,096 connections wait, and takes the smaller of that and what listen() says', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    assert.equal(await sysctl(lab, 'server', 'core/somaxconn'), '4096');
    const room = async () => (await lab.path.server.run('ss', '-Hltn')).trim().split(/\s+/)[2];
    await lab.serve({ plans: {}, backlog: 100 });
    assert.equal(await room(), '100');
    await lab.server.kill();
    await lab.path.server.setSysctls({ 'core/somaxconn': 37 });
    await lab.replaceServer({ plans: {}, backlog: 100 });
    assert.equal(await room(), '37');
  });

  test('with tcp_abort_on_overflow a SYN that finds the queue full is dropped all the same', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.server.setSysctls({ 'ipv4/tcp_abort_on_overflow': 1 });
    await lab.serve({
      plans: { '/events': [{ send: 1, everyMs: 0 }, { close: 'complete-fin' }] },
      backlog: 1,
    });
    await lab.server.ask('block', 1500);
    const packets = await captured(t, lab, async () => {
      await lab.open(Array(4).fill({ host, path: '/events' }), 50);
      await lab.kernelCounts('server', 'ListenOverflows', 2);
      await lab.ended(4);
    });
    assert.ok(!packets.some((packet) => has(packet, RST)));
    const syns = packets.filter((packet) => (Number(packet['tcp.flags']) & 0x12) === 0x02);
    assert.ok(syns.length >= 6, `${syns.length} SYN for 4 connections`);
  });

  test('a killed process sends FIN for streams with nothing unread', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.serve({ plans: { '/events': [{ send: 100, everyMs: 50 }] } });
    const packets = await captured(t, lab, async () => {
      await lab.open(Array(3).fill({ host, path: '/events' }));
      await lab.serverHas(3);
      await lab.server.kill();
      await lab.ended(3);
    });
    assert.equal(packets.filter((packet) => fromServer(packet) && has(packet, FIN)).length, 3);
    assert.ok(!packets.some((packet) => has(packet, RST)));
  });

  test('Wireshark has probes of Linux for keep-alives; window 0 with PSH finds none of them', async (t) => {
    const lab = await makeLab(t);
    if (lab === undefined) return;
    await lab.path.client.setSysctls({ 'ipv4/tcp_rmem': '4096 16384 16384' });
    await lab.serve({ plans: { '/events': [{ send: 60, everyMs: 5, bytes: 3000 }] } });
    const file = join(lab.folder(), 'capture.pcap');
    const capture = await Capture.start(t, lab.path.server, { devices: [endDevice], file });
    await lab.open([{ host, path: '/events', readBytes: 5000 }]);
    await lab.kernelCounts('server', 'TCPWinProbe', 3);
    await capture.stop();
    const count = (filter: string) => tsharkFields('tshark', file, ['frame.number'], filter).length;
    assert.equal(count('tcp.window_size==0 && tcp.flags.push==1'), 0);
    assert.ok(count('tcp.analysis.zero_window') >= 2);
    assert.ok(
      count(`tcp.srcport==${PORT} && (tcp.analysis.keep_alive || tcp.analysis.zero_window_probe)`) >= 3,
    );
  });
});

describe('what is said of heartbeats and proxies, tried on them', { concurrency: 3 }, () => {
  test('TCP keepalive does not hold off a read timeout of nginx; bytes in the stream do', async (t) => {
    const lab = await makeLab(t, 'nginx');
    if (lab === undefined) return;
    await lab.proxy('nginx', nginx('proxy_buffering off; proxy_read_timeout 2s; proxy_socket_keepalive on;'));
    await lab.serve({
      keepAliveMs: 1000,
      plans: { '/silent': [{ send: 1, everyMs: 0 }], '/heard': [{ send: 6, everyMs: 900 }] },
    });
    const opened = performance.now();
    await lab.open(
      ['/silent', '/heard'].map((path) => ({ host: addresses.router, path, keepAliveMs: 1000 })),
    );
    await lab.ended(1);
    const took = performance.now() - opened;
    assert.ok(took > 1900, `${took} ms`);
    await lab.untilStreams('six events', (states) => states[1]!.bytes > 6 * 50 + 100);
    const [silent, heard] = await lab.client.ask('states');
    assert.deepEqual([silent!.end, heard!.end], ['fin', undefined]);
    assert.ok((readCounters(lab.path.server.pid).get('TCPKeepAlive') ?? 0) >= 1);
  });

  test('timeout client of HAProxy does not end a stream that is only silent', async (t) => {
    const lab = await makeLab(t, 'haproxy');
    if (lab === undefined) return;
    await lab.proxy('haproxy', haproxy({ client: '1s', server: '4s' }));
    await lab.serve({ plans: { '/events': [{ send: 1, everyMs: 0 }] } });
    const opened = performance.now();
    await lab.open([{ host: addresses.router, path: '/events' }]);
    await lab.ended(1);
    const took = performance.now() - opened;
    assert.ok(took > 3900, `ended after ${took} ms: timeout server`);
  });

  test('nginx with proxy_buffering on hands each event on at once; with gzip it keeps them', async (t) => {
    const lab = await makeLab(t, 'nginx');
    if (lab === undefined) return;
    const gzip = 'gzip on; gzip_types text/event-stream; gzip_proxied any; gzip_min_length 0;';
    await lab.proxy('nginx', nginx('proxy_buffering on;', gzip));
    await lab.serve({ plans: { '/events': [{ send: 5, everyMs: 300 }] } });
    await lab.open(
      [false, true].map((packed) => ({ host: addresses.router, path: '/events', gzip: packed })),
    );
    // Long before a buffer of nginx is full; the other has not even got its head.
    await lab.untilStreams('five events', (states) => states[0]!.bytes > 5 * 50 + 100);
    const [, packed] = await lab.client.ask('states');
    assert.equal(packed!.bytes, 0);
  });
});
