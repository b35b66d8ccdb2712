import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { withCode } from '../../../test/support/with-code.ts';
import type { MachineFacts } from '../result.ts';
import { parseSources, planRun } from './preflight.ts';

const GiB = 1024 ** 3;

const machine: MachineFacts = {
  cpuModel: 'Test',
  cpus: 2,
  memoryBytes: 16 * GiB,
  kernel: 'Linux',
  node: 'v24',
  openFileLimit: 20_000,
  localPorts: 28_232,
};

const here = { address: '127.0.0.1', port: 80 };

const plan = (streams: number, changes: Partial<MachineFacts> = {}, given: readonly string[] = []) =>
  planRun(streams, { ...machine, ...changes }, here, given, Number.MAX_SAFE_INTEGER);

test('a small run is one process from whatever address, and nothing is to be said', () => {
  assert.deepEqual(plan(100), { processes: 1, sources: [], notes: [] });
});

test('there are as many processes as the open-file limit demands', () => {
  assert.equal(plan(800, { openFileLimit: 1000 }).processes, 1);
  const { processes, notes } = plan(801, { openFileLimit: 1000 });
  assert.equal(processes, 2);
  assert.deepEqual(notes, ['2 processes, since one holds 800 streams']);
});

test('a process gets no more streams than one core serves well, whatever the limit is', () => {
  assert.equal(plan(18_000, { openFileLimit: 1_000_000 }).processes, 1);
  assert.equal(plan(18_001, { openFileLimit: 1_000_000 }).processes, 2);
});

test('on loopback the addresses that ports demand are found by itself', () => {
  assert.deepEqual(plan(27_732).sources, []);
  const { sources, notes } = plan(27_733);
  assert.deepEqual(sources, ['127.0.0.2', '127.0.0.3']);
  assert.ok(notes.includes('2 source addresses, since one has 27732 ports'));
});

test('given addresses are used, and refused when they have too few ports', () => {
  assert.deepEqual(plan(10, {}, ['127.0.0.9']).sources, ['127.0.0.9']);
  assert.throws(() => plan(27_733, {}, ['127.0.0.9']), withCode('ERR_LIMIT'));
  assert.throws(
    () => plan(27_733, {}, ['127.0.0.9']),
    /27733 streams need 2 source addresses of 27732 ports/,
  );
});

test('against another machine addresses cannot be made up', () => {
  assert.throws(
    () => planRun(30_000, machine, { ...here, address: '192.0.2.1' }, [], 8 * GiB),
    withCode('ERR_LIMIT'),
  );
});

test('what does not fit into memory is refused', () => {
  const streams = 10_000;
  const bytes = streams * (4096 + 8192) + 48 * 1024 ** 2;
  assert.equal(planRun(streams, machine, here, [], bytes).processes, 1);
  assert.throws(
    () => planRun(streams, machine, here, [], bytes - 1),
    /10000 streams in 1 process need 165 MiB/,
  );
  // A handshake leaves its buffers behind on each of them.
  const overTls = { ...here, tlsName: 'localhost' };
  assert.throws(() => planRun(streams, machine, overTls, [], bytes * 4), /need 751 MiB/);
});

test('an open-file limit that leaves nothing is refused', () => {
  assert.throws(() => plan(1, { openFileLimit: 200 }), /open-file limit is 200/);
});

test('unknown limits are taken to be the usual ones', () => {
  const { processes } = plan(825, { openFileLimit: undefined, localPorts: undefined });
  assert.equal(processes, 2);
});

test('no plan asks a process or an address for more than it has', () => {
  const streams = fc.integer({ min: 1, max: 400_000 });
  const files = fc.integer({ min: 201, max: 100_000 });
  const ports = fc.integer({ min: 1000, max: 64_000 });
  fc.assert(
    fc.property(streams, files, ports, (count, openFileLimit, localPorts) => {
      const { processes, sources } = plan(count, { openFileLimit, localPorts });
      assert.ok(Math.ceil(count / processes) <= openFileLimit - 200);
      assert.ok(Math.ceil(count / Math.max(sources.length, 1)) <= localPorts - 500);
      assert.equal(new Set(sources).size, sources.length);
    }),
  );
});

test('sources are addresses and ranges of them', () => {
  assert.deepEqual(parseSources('127.0.0.254-127.0.1.1, 10.0.0.1'), [
    '127.0.0.254',
    '127.0.0.255',
    '127.0.1.0',
    '127.0.1.1',
    '10.0.0.1',
  ]);
});

for (const text of [
  '',
  '127.0.0',
  '256.0.0.1',
  '127.0.0.9-127.0.0.2',
  '10.0.0.1-',
  '10.0.0.0-10.1.0.0',
  'a',
  '::1',
]) {
  test(`${JSON.stringify(text)} is no source`, () => {
    assert.throws(() => parseSources(text), RangeError);
  });
}
