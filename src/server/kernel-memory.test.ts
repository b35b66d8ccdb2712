import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { kernelMemoryWarning, readKernelMemory } from './kernel-memory.ts';

test('the most for one connection and for all are read, and unknown is an answer', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-kernel-'));
  t.after(() => rmSync(folder, { recursive: true }));
  assert.equal(readKernelMemory(folder), undefined);
  writeFileSync(join(folder, 'tcp_wmem'), '4096\t16384\t4194304\n');
  writeFileSync(join(folder, 'tcp_mem'), 'no numbers\n');
  assert.equal(readKernelMemory(folder), undefined);
  writeFileSync(join(folder, 'tcp_mem'), '283182\t377576\t566364\n');
  assert.deepEqual(readKernelMemory(folder), { sendBytes: 4_194_304, allBytes: 566_364 * 4096 });
});

test('the operator is warned when silent readers could take more than all sockets may', () => {
  const allBytes = 2 * 1024 ** 3;
  const warning = kernelMemoryWarning({ sendBytes: 4_194_304, allBytes }, 19_000);
  assert.match(warning!, /^19000 clients .* 74\.2 GiB .* 2\.0 GiB\. Set sysctl .*"4096 16384 131072"/);
  assert.equal(kernelMemoryWarning({ sendBytes: 4_194_304, allBytes }, 500), undefined, 'few streams');
  assert.equal(kernelMemoryWarning({ sendBytes: 131_072, allBytes }, 50_000), undefined, 'as advised');
});
