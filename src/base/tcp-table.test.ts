import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readTcpTable, type TcpRow } from './tcp-table.ts';

// Recorded on Linux 6.18, from sockets that were brought into these states.
const table = [
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   2: 0100007F:46A1 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1162149 1 00000000b3b2efa9 100 0 0 10 0',
  '  33: 0100007F:E7F6 0100007F:46A1 01 00000000:00000000 02:000016CE 00000000     0        0 1162155 2 0000000070d425ee 20 0 0 10 -1',
  '  34: 0100007F:E804 0100007F:46A1 01 00000000:0001FC00 00:00000000 00000000     0        0 1162157 1 0000000053058336 20 8 0 10 -1',
  '  35: 0100007F:E80C 0100007F:46A1 05 00000000:00000000 00:00000000 00000000     0        0 1162159 1 00000000d28f9348 20 0 0 11 -1',
  '5045: 0100007F:46A1 0100007F:E81C 06 00000000:00000000 03:000016DD 00000000     0        0 0 3 00000000f02c9d12',
  '5049: 0100007F:46A1 0100007F:E804 01 0038D400:00000000 04:00000000 00000000     0        1 1162158 2 00000000cc2c9cd2 20 0 0 17 -1',
  '5052: 0100007F:46A1 0100007F:E80C 08 00000000:00000000 00:00000000 00000000     0        0 1162160 1 000000005cb6d959 20 4 0 10 -1',
].map((line) => `${line.padEnd(149)}\n`);

const table6 = [
  '  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
  '   0: 00000000000000000000000000000000:46A0 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 1162148 1 00000000a57924db 100 0 0 10 0',
  '   2: 00000000000000000000000001000000:46A0 00000000000000000000000001000000:A958 01 00000000:00000000 00:00000000 00000000     0        0 1162154 1 00000000ed4d7a85 20 4 30 10 -1',
  '   3: 0000000000000000FFFF00000100007F:46A0 0000000000000000FFFF00000100007F:9258 01 00000000:00000000 00:00000000 00000000     0        0 1162152 1 00000000260fa80e 20 0 0 10 -1',
].map((line) => `${line}\n`);

// Written by hand after get_tcp4_sock of the kernel: a socket whose peer is gone, and one of a public IPv6 address.
const lostPeer =
  '   1: 0A2200C0:1F90 0200007F:C350 01 00014A2C:00000000 01:00000B1C 00000007     0        0 4294967299 2 0000000000000000 1600 4 30 10 20\n';
const publicPeer =
  '   1: 00000000000000000000000001000000:1F90 B80D01200000000000000000FE0100AB:D431 0B 00000000:00000000 00:00000000 00000000     0        0 81400 2 0000000000000000 20 4 30 10 -1\n';

const plain = (row: TcpRow) => ({
  local: `${row.localAddress()} ${row.localPort}`,
  remote: `${row.remoteAddress()} ${row.remotePort}`,
  state: row.state,
  queues: [row.txQueue, row.rxQueue],
  timer: row.timer,
  retransmits: row.retransmits,
  inode: row.inode,
});

function read(text: string | Uint8Array) {
  const rows: ReturnType<typeof plain>[] = [];
  const taken = readTcpTable(Buffer.from(text), (row) => rows.push(plain(row)));
  return { rows, taken };
}

describe('readTcpTable', () => {
  it('reads the rows of IPv4 and passes over the header', () => {
    const { rows, taken } = read(table.join(''));
    assert.equal(taken, 150 * table.length);
    const home = '127.0.0.1';
    const idle = { queues: [0, 0], timer: 'none', retransmits: 0 };
    const server = { local: `${home} 18081`, ...idle };
    const client = { remote: `${home} 18081`, ...idle };
    assert.deepEqual(rows, [
      { ...server, remote: '0.0.0.0 0', state: 'listen', inode: 1_162_149 },
      { ...client, local: `${home} 59382`, state: 'established', timer: 'keepalive', inode: 1_162_155 },
      { ...client, local: `${home} 59396`, state: 'established', queues: [0, 130_048], inode: 1_162_157 },
      { ...client, local: `${home} 59404`, state: 'fin-wait-2', inode: 1_162_159 },
      { ...server, remote: `${home} 59420`, state: 'time-wait', timer: 'time-wait', inode: 0 },
      {
        ...{ ...server, remote: `${home} 59396`, state: 'established', queues: [3_724_288, 0] },
        ...{ timer: 'zero-window-probe', inode: 1_162_158 },
      },
      { ...server, remote: `${home} 59404`, state: 'close-wait', inode: 1_162_160 },
    ]);
    assert.deepEqual(read(lostPeer).rows, [
      {
        ...{ local: '192.0.34.10 8080', remote: '127.0.0.2 50000', state: 'established' },
        ...{ queues: [84_524, 0], timer: 'retransmit', retransmits: 7, inode: 4_294_967_299 },
      },
    ]);
  });

  it('reads the rows of IPv6, and writes addresses as Node.js does', () => {
    assert.deepEqual(
      read(table6.join('') + publicPeer).rows.map(({ local, remote, state }) => [local, remote, state]),
      [
        [':: 18080', ':: 0', 'listen'],
        ['::1 18080', '::1 43352', 'established'],
        ['::ffff:127.0.0.1 18080', '::ffff:127.0.0.1 37464', 'established'],
        ['::1 8080', '2001:db8::ab00:1fe 54321', 'closing'],
      ],
    );
  });

  it('leaves half a line at the end of a chunk for the next one, wherever the cut is', () => {
    for (const text of [table.join(''), table6.join('')]) {
      const { rows: expected } = read(text);
      const bytes = Buffer.from(text);
      for (let cut = 0; cut <= bytes.length; cut++) {
        const first = read(bytes.subarray(0, cut));
        assert.ok(first.taken === 0 || bytes[first.taken - 1] === 0x0a);
        assert.deepEqual([...first.rows, ...read(bytes.subarray(first.taken)).rows], expected);
      }
    }
  });

  it('passes over every line that is no whole row, and reads on', () => {
    const inodeAt = lostPeer.indexOf('4294967299');
    for (let end = 0; end <= inodeAt; end++)
      assert.equal(read(`${lostPeer.slice(0, end)}\n`).rows.length, 0, `${end}`);
    assert.equal(read(`${lostPeer.slice(0, inodeAt + 10)}\n`).rows.length, 1, 'nothing behind it is needed');
    for (const odd of ['\n', 'x\n', lostPeer.replace('200007F', '20007F'), lostPeer.replace('0200', '020G')])
      assert.equal(read(odd + lostPeer).rows.length, 1, JSON.stringify(odd));
    const later = read(lostPeer.replace(' 01 ', ' 1F ').replace(' 01:', ' 09:')).rows[0]!;
    assert.deepEqual([later.state, later.timer], ['unknown', 'unknown']);
  });

  it('says for how long what is sent again and again has been under way', () => {
    const times = (text: string) => {
      const found: number[] = [];
      readTcpTable(Buffer.from(text), (row) => found.push(row.unacknowledgedMs()));
      return found;
    };
    // At the third retransmission, 1.4 s after the first sending, the timeout became 1.6 s; 1 s of it is left.
    const third =
      '   1: 0100007F:1F90 0200007F:C350 01 00014A2C:00000000 01:00000064 00000003     0        0 42 2 0000000000000000 160 4 30 10 20\n';
    assert.deepEqual(times(third), [2000]);
    assert.deepEqual(times(third.replace('01:00000064', '04:00000064')), [0], 'another timer');
    assert.deepEqual(times(third.replace(' 160 4 30 10 20', '')), [0], 'a line without');
    assert.deepEqual(times(table.join('')), [0, 0, 0, 0, 0, 0, 0]);
  });
});
