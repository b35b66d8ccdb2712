import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  parsePageBytes,
  parseSmapsRollup,
  parseSockstat,
  parseStat,
  parseStatusMemory,
} from './proc-text.ts';

test('a stat line is read behind a name with spaces and parentheses', () => {
  const stat =
    '15649 (node) (a) b) S 15641 15641 13605 0 -1 4194304 101 0 0 0 7 3 2 1 20 0 11 0 419641 3133440 418 1 2';
  assert.deepEqual(parseStat(stat), { pid: 15_649, parentPid: 15_641, cpuUs: 130_000, startTicks: 419_641 });
  for (const text of ['', '15649', '15649 (cat) R 1', 'x (cat) R 1 1 1 0 -1 4 1 0 0 0 1 1 1 1 20 0 1 0 5']) {
    assert.equal(parseStat(text), undefined, text);
  }
});

test('private memory is the proportional share without the pages of files', () => {
  const rollup =
    '559a15310000-7ffead820000 ---p 00000000 00:00 0                          [rollup]\n' +
    'Rss:                1764 kB\nPss:                 306 kB\nPss_Dirty:           112 kB\n' +
    'Pss_Anon:            110 kB\nPss_File:            194 kB\nPss_Shmem:             2 kB\n';
  assert.deepEqual(parseSmapsRollup(rollup), { privateBytes: 112 * 1024, fileBytes: 194 * 1024 });
  // Kernels before 5.8 do not split it.
  assert.equal(parseSmapsRollup('Rss: 1764 kB\nPss:                 306 kB\n'), undefined);
});

test('where that is not readable the anonymous pages stand for it', () => {
  const status =
    'Name:\tnode\nVmRSS:\t    2044 kB\nRssAnon:\t     144 kB\nRssFile:\t    1900 kB\nRssShmem:\t       0 kB\n';
  assert.deepEqual(parseStatusMemory(status), { privateBytes: 144 * 1024, fileBytes: 1900 * 1024 });
  // A zombie has no memory lines.
  assert.equal(parseStatusMemory('Name:\tnode\nState:\tZ (zombie)\n'), undefined);
});

test('sockstat tells sockets by state and their memory in pages', () => {
  const text = 'sockets: used 20\nTCP: inuse 17 orphan 2 tw 5 alloc 19 mem 200\nUDP: inuse 0 mem 3\n';
  assert.deepEqual(parseSockstat(text), { inUse: 17, orphan: 2, timeWait: 5, memoryPages: 200 });
  assert.equal(parseSockstat('UDP: inuse 0 mem 3\n'), undefined);
});

test('the page size is found in the auxiliary vector, which may be cut off', () => {
  const auxv = Buffer.from(BigUint64Array.from([33n, 7n, 6n, 16_384n, 0n, 0n]).buffer);
  assert.equal(parsePageBytes(auxv), 16_384);
  assert.equal(parsePageBytes(auxv.subarray(0, 24)), undefined);
});
