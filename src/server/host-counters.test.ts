import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  cpuSharesBetween,
  parseCpuTicks,
  parseInterfaces,
  parseLoadAverage,
  parseMemory,
  parseTcp,
  ratesBetween,
} from './host-counters.ts';

test('the load average is read with the tasks', () => {
  assert.deepEqual(parseLoadAverage('0.20 1.19 12.05 3/864 6267\n'), {
    load1: 0.2,
    load5: 1.19,
    load15: 12.05,
    tasksRunnable: 3,
    tasks: 864,
  });
});

test('a text that is empty or garbage gives a record without numbers', () => {
  for (const text of [
    '',
    '\n',
    'what is this\n',
    '- - -/-\n',
    'cpu a b c\n',
    'Tcp:\nTcp:\n',
    'eth0: x y\n',
  ]) {
    assert.deepEqual(parseLoadAverage(text), {}, text);
    assert.deepEqual(parseMemory(text), {}, text);
    assert.deepEqual(parseTcp(text, text), {}, text);
    assert.deepEqual(parseCpuTicks(text), {}, text);
    assert.deepEqual([...parseInterfaces(text)], [], text);
  }
});

test('memory is in bytes, and lines of other kernels are passed over', () => {
  const text = `MemTotal:       16000000 kB
MemFree:         9000000 kB
MemAvailable:   12000000 kB
Active(anon):       1528 kB
HugePages_Total:       7
SwapFree:              0 kB
FutureLine:           12 MB
`;
  assert.deepEqual(parseMemory(text), {
    totalBytes: 16_384_000_000,
    availableBytes: 12_288_000_000,
    freeBytes: 9_216_000_000,
    swapFreeBytes: 0,
  });
});

test('interfaces are read by their columns, also with colons in the name and no space before the numbers', () => {
  const text = `Inter-|   Receive                                                |  Transmit
 face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls carrier compressed
    lo:    3293      31    0    0    0     0          0         0     3294      32    0    0    0     0       0          0
veth:9:4059402149    8957    1    2    3     4          5         6   557158    5377    7    8    9    10      11         12
`;
  assert.deepEqual(
    [...parseInterfaces(text)],
    [
      ['lo', interfaceCounters([3293, 31, 0, 0, 3294, 32, 0, 0])],
      ['veth:9', interfaceCounters([4059402149, 8957, 1, 2, 557158, 5377, 7, 8])],
    ],
  );
});

test('TCP counters are found by name, not by column, in both texts', () => {
  const snmp = `Ip: Forwarding DefaultTTL
Ip: 2 64
Tcp: NewCounter MaxConn OutRsts CurrEstab
Tcp: 99 -1 101 5
Udp: OutRsts
Udp: 7
`;
  const netstat = 'TcpExt: ListenDrops TCPTimeouts\nTcpExt: 3 4\nIpExt: ListenDrops\nIpExt: 8\n';
  assert.deepEqual(parseTcp(snmp, netstat), {
    currentlyEstablished: 5,
    resetsSent: 101,
    listenDrops: 3,
    retransmissionTimeouts: 4,
  });
  assert.deepEqual(parseTcp(snmp, ''), { currentlyEstablished: 5, resetsSent: 101 });
});

test('the shares of the CPU are those of the time between two samples', () => {
  const before = parseCpuTicks('cpu  1000 0 500 8000 100 0 50 350 0 0\ncpu0 1 1 1 1\nintr 5\n');
  const after = parseCpuTicks('cpu  1030 0 510 8050 105 0 50 355 999 0\ncpu0 1 1 1 1\n');
  assert.deepEqual(cpuSharesBetween(before, after), {
    busyPercent: 45,
    userPercent: 30,
    nicePercent: 0,
    systemPercent: 10,
    idlePercent: 50,
    iowaitPercent: 5,
    irqPercent: 0,
    softirqPercent: 0,
    stealPercent: 5,
  });
});

test('two samples of the same moment have no shares and no rates', () => {
  const ticks = parseCpuTicks('cpu  1000 0 500 8000 100 0 50 350\n');
  assert.deepEqual(cpuSharesBetween(ticks, ticks), {});
  assert.deepEqual(ratesBetween(['a'], { a: 1 }, { a: 2 }, 0), {});
});

test('a rate is per second, and a counter that went back or is new has none', () => {
  const before = { up: 100, same: 7, restarted: 100 };
  const after = { up: 350, same: 7, restarted: 3, born: 9 };
  assert.deepEqual(ratesBetween(['up', 'same', 'restarted', 'born'], before, after, 2000), {
    upPerSecond: 125,
    samePerSecond: 0,
  });
});

function interfaceCounters(values: readonly number[]): Record<string, number> {
  const names = ['receivedBytes', 'receivedPackets', 'receiveErrors', 'receiveDrops'];
  names.push('sentBytes', 'sentPackets', 'sendErrors', 'sendDrops');
  return Object.fromEntries(names.map((name, i) => [name, values[i]!]));
}
