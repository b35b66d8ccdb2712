import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { rigShard } from '../../test/support/shard-rig.ts';
import { FakeOutlet } from '../hub/fake-outlet.ts';
import { Reaper } from './reaper.ts';
import { lookAtTcp } from './tcp-suspects.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';

interface Row {
  readonly port: number;
  readonly from?: number;
  readonly queued?: number;
  readonly retransmits?: number;
  /** The kernel's timeout for the next retransmission, and how much of it is left; in 1/100 s. */
  readonly timeout?: number;
  readonly left?: number;
}

const hex = (number: number, digits: number) => number.toString(16).toUpperCase().padStart(digits, '0');

/** A table of sockets between 127.0.0.1:from and 127.0.0.1:port. */
function tableOf(rows: readonly Row[]): string {
  const lines = rows.map(
    ({ port, from = 8080, queued = 0, retransmits = 0, timeout, left = 0 }, i) =>
      `${i}: 0100007F:${hex(from, 4)} 0100007F:${hex(port, 4)} 01 ${hex(queued, 8)}:00000000 01:${hex(left, 8)} ${hex(retransmits, 8)}     0        0 ${i + 1} 2${timeout === undefined ? '' : ` 0000000000000000 ${timeout} 4 30 10 20`}\n`,
  );
  return HEADER + lines.join('');
}

class ConnectedOutlet extends FakeOutlet {
  override readonly socket: Socket;

  constructor(remotePort: number) {
    super();
    this.socket = { localPort: 8080, remotePort, remoteAddress: '127.0.0.1' } as Socket;
  }
}

function rig(t: TestContext, limits: { maxEvents?: number } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-reaper-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const table = join(folder, 'tcp');
  const shardRig = rigShard({ stallTimeoutMs: 30_000, limits });
  const options = { maxKernelBytes: 1000, logger: shardRig.logger };
  const reaper = new Reaper(shardRig.shard, options, (maxKernelBytes) =>
    lookAtTcp(maxKernelBytes, [table, join(folder, 'absent')]),
  );
  t.after(() => reaper.stop());
  const open = (port: number) => shardRig.open(['a'], { outlet: new ConnectedOutlet(port) });
  const scan = async (...rows: Row[]) => {
    writeFileSync(table, tableOf(rows));
    await reaper.look();
  };
  return { shardRig, open, scan, table, reaper };
}

test('a peer in its 7th retransmission is lost, one in its 6th is not', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const [lost, late, well] = [open(1), open(2), open(3)];
  await scan({ port: 1, retransmits: 7, queued: 50 }, { port: 2, retransmits: 6, queued: 50 }, { port: 3 });
  await shardRig.settle();
  assert.equal(lost.outlet.wasReset, true);
  assert.deepEqual(shardRig.shard.stats().ended, { 'client-lost': 1 });
  assert.ok(late.stream.isOpen && well.stream.isOpen);
});

test('where the kernel waits long for each answer, a peer is lost by time, and never at the first tries', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const [lost, soon, early] = [open(1), open(2), open(3)];
  // Sent again after 2, 6 and 14 s, next after 30 s: 25.1 s have gone for the first, 24.9 for the second.
  await scan(
    { port: 1, retransmits: 3, timeout: 1600, left: 490, queued: 50 },
    { port: 2, retransmits: 3, timeout: 1600, left: 510, queued: 50 },
    { port: 3, retransmits: 2, timeout: 12_000, left: 0, queued: 50 },
  );
  await shardRig.settle();
  assert.equal(lost.outlet.wasReset, true);
  assert.ok(soon.stream.isOpen && early.stream.isOpen);
});

test('a queue that is too long twice in a row holds the stream, which reads on when it is short', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const { stream, outlet } = open(1);
  const other = open(2);
  await shardRig.settle();
  await scan({ port: 1, queued: 1001 }, { port: 2, queued: 1000 });
  assert.equal(stream.state, 'live', 'once may be a burst on its way');
  await scan({ port: 1, queued: 1001 }, { port: 2, queued: 1000 });
  assert.equal(stream.state, 'behind');
  await shardRig.publish('a', '1', '2');
  await shardRig.settle();
  assert.deepEqual(outlet.events, []);
  assert.deepEqual(other.outlet.events, ['1', '2']);
  await scan({ port: 1, queued: 1001 });
  assert.deepEqual(outlet.events, []);
  await scan({ port: 1, queued: 999 });
  await shardRig.settle();
  assert.deepEqual(outlet.events, ['1', '2']);
  assert.equal(stream.state, 'live');
});

test('a queue that is too long only now and then holds nobody', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const { stream } = open(1);
  await shardRig.settle();
  for (let i = 0; i < 4; i++) {
    await scan({ port: 1, queued: 5000 });
    await scan({ port: 1, queued: 0 });
  }
  assert.equal(stream.state, 'live');
});

test('an outlet that drains does not release a stream that is held', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const { stream, outlet } = open(1);
  await shardRig.settle();
  outlet.pushesBack = true;
  await shardRig.publish('a', '1');
  await shardRig.settle();
  await scan({ port: 1, queued: 5000 });
  await scan({ port: 1, queued: 5000 });
  outlet.drain();
  await shardRig.publish('a', '2');
  await shardRig.settle();
  assert.deepEqual(outlet.events, ['1']);
  assert.equal(stream.state, 'behind');
  await scan();
  await shardRig.settle();
  assert.deepEqual(outlet.events, ['1', '2']);
});

test('a stream that was complete when it was held is complete when it is released: no gap', async (t) => {
  const { shardRig, open, scan } = rig(t, { maxEvents: 5 });
  const { outlet } = open(1);
  await shardRig.publish('a', '1');
  await shardRig.settle();
  await shardRig.publish('b', '2', '3', '4');
  await shardRig.settle();
  await scan({ port: 1, queued: 5000 });
  await scan({ port: 1, queued: 5000 });
  await shardRig.publish('b', '5', '6');
  await shardRig.settle();
  await scan();
  await shardRig.publish('a', '7');
  await shardRig.settle();
  assert.deepEqual(outlet.controls, []);
  assert.deepEqual(outlet.events, ['1', '7']);
});

test('a table that cannot be read holds nobody, and is read again', async (t) => {
  const { shardRig, open, scan, table, reaper } = rig(t);
  const { stream } = open(1);
  await shardRig.settle();
  await scan({ port: 1, queued: 5000 });
  await scan({ port: 1, queued: 5000 });
  assert.equal(stream.state, 'behind');
  rmSync(table);
  mkdirSync(table);
  await reaper.look();
  await reaper.look();
  await shardRig.settle();
  assert.equal(stream.state, 'live');
  assert.equal(shardRig.warnings.length, 1, 'said once');
  rmSync(table, { recursive: true });
  await scan({ port: 1, retransmits: 8 });
  assert.equal(stream.state, 'ended');
});

test('a table of many chunks is read to its end', async (t) => {
  const { shardRig, open, scan } = rig(t);
  const last = open(60_000);
  const rows = Array.from({ length: 5000 }, (_, i) => ({ port: i + 1 }));
  await scan(...rows, { port: 60_000, retransmits: 9 });
  await shardRig.settle();
  assert.equal(last.stream.state, 'ended');
});
