import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SourcePorts } from './source-ports.ts';

test('no two processes ever choose the same end, and none comes twice before all came once', () => {
  const addresses = ['127.0.0.2', '127.0.0.3'];
  const seen = new Set<string>();
  let count = 0;
  for (let index = 0; index < 3; index++) {
    const ports = new SourcePorts(addresses, index, 3);
    for (let i = 0; i < 36_000; i++, count++) {
      const { address, port } = ports.next();
      assert.ok(port > 1023 && port < 65_536);
      seen.add(`${address}:${port}`);
    }
  }
  assert.equal(seen.size, count);
});

test('the first end comes again after the last', () => {
  const ports = new SourcePorts(['127.0.0.2'], 0, 55_000);
  assert.deepEqual(ports.next(), ports.next());
});
