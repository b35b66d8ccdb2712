import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOpenFileLimit } from '../base/proc-limits.ts';
import { parseLocalPorts, readMachineFacts } from './machine.ts';

test('the soft limit of open files is read, and unlimited is no number', () => {
  const limits = (soft: string) =>
    `Limit                     Soft Limit           Hard Limit           Units     \n` +
    `Max processes             96365                96365                processes \n` +
    `Max open files            ${soft.padEnd(20)} 30000                files     \n`;
  assert.equal(parseOpenFileLimit(limits('20000')), 20_000);
  assert.equal(parseOpenFileLimit(limits('unlimited')), undefined);
  assert.equal(parseOpenFileLimit(''), undefined);
});

test('the local port range counts both of its ends', () => {
  assert.equal(parseLocalPorts('32768\t60999\n'), 28_232);
  assert.equal(parseLocalPorts('nothing'), undefined);
});

test('the facts survive JSON, and without /proc the unknown ones are absent', () => {
  const facts = readMachineFacts();
  assert.deepEqual(JSON.parse(JSON.stringify(facts)), facts);
  assert.ok(facts.cpus >= 1 && facts.memoryBytes > 0 && facts.kernel.includes(' '));
  const elsewhere = readMachineFacts('/nowhere');
  assert.deepEqual([elsewhere.openFileLimit, elsewhere.localPorts], [undefined, undefined]);
});
