import assert from 'node:assert/strict';
import { test } from 'node:test';
import { whatItHolds } from './holding.ts';

const machine = {
  workers: 4,
  maxStreams: 51_283,
  capacity: { files: 20_000, maxStreams: 19_000, maxConnections: 19_800 },
  kernel: { sendBytes: 131_072, allBytes: 2 ** 31 },
  memoryBytes: 8 * 1024 ** 3,
};

test('a hub says what it holds and what limits it: what was asked for, files, or memory', () => {
  assert.equal(whatItHolds(machine).message, 'Up to 51283 streams, limited by --max-streams');
  const wanted = { ...machine, maxStreams: 100_000 };
  assert.equal(
    whatItHolds(wanted).message,
    'Up to 76000 streams, limited by open files (20000 a process, 4 of them)',
  );
  const small = whatItHolds({ ...machine, memoryBytes: 512 * 1024 ** 2 });
  assert.match(small.message, /^Up to \d+ streams, limited by memory$/);
  assert.ok(small.streams > 10_000 && small.streams < 25_000, `${small.streams}`);
  assert.equal(whatItHolds({ ...machine, memoryBytes: 1000 }).streams, 0);
  assert.equal(whatItHolds(machine).values.kernelBytesOfAllSockets, 2 ** 31);
});
