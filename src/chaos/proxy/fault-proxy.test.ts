import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { test } from 'node:test';
import fc from 'fast-check';
import { FaultRig, type Pair } from '../../../test/support/fault-rig.ts';
import { waitFor, within } from '../../../test/support/wait-for.ts';
import { withCode } from '../../../test/support/with-code.ts';
import { faultKinds } from '../faults/kinds.ts';
import { FaultProxy, processesFor } from './fault-proxy.ts';

const MANY = 50_000;

/** Options under which a fault is felt and a test is over in time. */
const shaping = {
  latency: fc.record({ latencyMs: fc.integer({ min: 1, max: 20 }), jitterMs: fc.nat(20) }),
  bandwidth: fc.record({ bytesPerSecond: fc.integer({ min: 2_000_000, max: 50_000_000 }) }),
  slicer: fc.record({ sliceBytes: fc.integer({ min: 4000, max: 90_000 }), pauseMs: fc.nat(1) }),
  stall: fc.record({ forMs: fc.integer({ min: 1, max: 30 }) }),
  'slow-read': fc.record({ bytesPerSecond: fc.integer({ min: 2_000_000, max: 50_000_000 }) }),
  buffer: fc.record({ lumpBytes: fc.integer({ min: 1, max: 200_000 }) }),
  noop: fc.constant({}),
} as const;

const change = fc.oneof(
  ...Object.entries(shaping).map(([kind, options]) =>
    fc.record({
      kind: fc.constant(kind),
      options: options as fc.Arbitrary<Record<string, unknown>>,
      direction: fc.constantFrom('down' as const, 'up' as const, 'both' as const),
    }),
  ),
  fc.record({ remove: fc.nat(5) }),
  fc.constant({ clear: true }),
);

test('the property below is about every fault that loses no bytes', () => {
  const kinds = faultKinds.filter(({ losesBytes }) => !losesBytes).map(({ kind }) => kind);
  assert.deepEqual(kinds.sort(), Object.keys(shaping).sort());
});

test('whatever faults that lose no bytes come, change and go, bytes arrive whole and in order, both ways', async (t) => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 12 }),
      fc.array(fc.integer({ min: 1, max: 40_000 }), { minLength: 1, maxLength: 20 }),
      async (changes, sizes) => {
        const rig = await FaultRig.start(t, [], { maxHeldBytes: 65_536 });
        const { client, server } = await rig.pair();
        const sent = [createHash('sha256'), createHash('sha256')];
        let total = 0;
        for (let i = 0; i < Math.max(changes.length, sizes.length); i++) {
          const size = sizes[i % sizes.length]!;
          for (const [side, end] of [server, client].entries()) {
            const data = Buffer.alloc(size, i * 2 + side + 1);
            sent[side]!.update(data);
            end.send(data);
          }
          total += size;
          const step = changes[i];
          if (step === undefined) continue;
          if ('clear' in step) await rig.proxy.clear();
          else if ('remove' in step) {
            const fault = rig.proxy.faults[step.remove];
            if (fault !== undefined) await rig.proxy.remove(fault.name);
          } else if (rig.proxy.faults.some(({ name }) => name === step.kind)) {
            await rig.proxy.change(step.kind, step);
          } else await rig.proxy.add(step);
        }
        client.socket.end();
        server.socket.end();
        await waitFor('both ends', () => client.ended === 'fin' && server.ended === 'fin');
        for (const [side, end] of [client, server].entries()) {
          assert.equal(end.bytes.length, total);
          assert.equal(
            createHash('sha256').update(end.bytes).digest('hex'),
            sent[side]!.copy().digest('hex'),
          );
        }
        await rig.proxy.close().catch(() => {});
      },
    ),
    { numRuns: 40 },
  );
});

test('each side is pushed back by the other alone', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  const data = Buffer.alloc(24 * 1024 * 1024, 'x');
  client.socket.pause();
  server.socket.pause();
  server.send(data);
  client.send(data);
  await once(server.socket, 'timeout', { signal: AbortSignal.timeout(300) }).catch(() => {});
  assert.ok(server.socket.writableLength > 0 && client.socket.writableLength > 0, 'nobody holds it for them');
  client.socket.resume();
  await waitFor('one direction', () => client.bytes.length === data.length);
  assert.ok(client.socket.writableLength > 0, 'the other still waits');
  server.socket.resume();
  await waitFor('the other direction', () => server.bytes.length === data.length);
});

test('RST of one side is RST for the other', async (t) => {
  const rig = await FaultRig.start(t);
  const { client, server } = await rig.pair();
  server.socket.resetAndDestroy();
  await waitFor('RST', () => client.ended === 'reset');
  const second = await rig.pair();
  second.client.socket.resetAndDestroy();
  await waitFor('RST', () => second.server.ended === 'reset');
});

test('a client is reset when nothing listens upstream', async (t) => {
  const proxy = await FaultProxy.start(
    { host: '127.0.0.1', port: 0 },
    { host: '127.0.0.1', port: 1 },
    { maxConnections: 10 },
  );
  t.after(() => proxy.close());
  const answer = fetch(`http://127.0.0.1:${proxy.address.port}/`, { signal: AbortSignal.timeout(5000) });
  await assert.rejects(answer, (error: Error) => /ECONNRESET|closed/.test(String(error.cause)));
});

test('a connection too many is refused with RST, and there is room again when one has closed', async (t) => {
  for (const maxConnections of [2, MANY]) {
    const processes = processesFor(maxConnections, undefined);
    assert.equal(processes > 1, maxConnections === MANY);
  }
  const rig = await FaultRig.start(t, [], { maxConnections: 2 });
  const [first] = [await rig.pair(), await rig.pair()];
  const third = await rig.client();
  await waitFor('RST', () => third.ended === 'reset');
  assert.equal((await rig.proxy.stats()).refused, 1);
  first.client.socket.destroy();
  first.server.socket.destroy();
  await waitFor('room', async () => (await rig.proxy.stats()).connections === 1);
  const { client, server } = await rig.pair();
  server.send('here');
  await waitFor('the bytes', () => client.text === 'here');
});

test('with several processes all have the same faults, and chance hits the same connections', async (t) => {
  const hits = async (maxConnections: number) => {
    const rig = await FaultRig.start(t, [{ kind: 'latency', options: { latencyMs: 1 } }], { maxConnections });
    const pairs: Pair[] = [];
    for (let i = 0; i < 12; i++) pairs.push(await rig.pair());
    for (const [i, { server }] of pairs.entries()) server.send(`to ${i}`);
    await waitFor('all to arrive', () => pairs.every(({ client }, i) => client.text === `to ${i}`));
    assert.equal((await rig.proxy.stats()).connections, 12);
    await rig.proxy.add({ kind: 'reset', probability: 0.5, seed: 3 });
    const { reset } = (await rig.proxy.stats()).cuts;
    await waitFor('RST', () => pairs.filter(({ client }) => client.ended === 'reset').length === reset);
    const ended = pairs.map(({ client }) => client.ended);
    await within('the end', rig.proxy.close());
    return ended;
  };
  const here = await hits(100);
  assert.deepEqual(await hits(MANY), here);
  assert.ok(here.includes('reset') && here.includes(undefined));
});

test('what is not usable is refused with what would be', async (t) => {
  const { proxy } = await FaultRig.start(t);
  await assert.rejects(proxy.add({ kind: 'latncy' }), withCode('ERR_BAD_FAULT', /Did you mean `latency`/));
  await assert.rejects(
    proxy.add({ kind: 'latency', options: { latency: 5 } }),
    withCode('ERR_BAD_FAULT', /Unknown option `latency`.*Did you mean `latencyMs`/),
  );
  await assert.rejects(
    proxy.add({ kind: 'stall', probability: 2 }),
    withCode('ERR_BAD_FAULT', /a share from 0 to 1, got 2/),
  );
  await assert.rejects(
    proxy.add({ kind: 'idle-cut', options: { how: 'gently' } }),
    withCode('ERR_BAD_FAULT', /silent, forgotten, reset or fin/),
  );
  await proxy.add({ kind: 'noop', name: 'mine' });
  await assert.rejects(
    proxy.add({ kind: 'stall', name: 'mine' }),
    withCode('ERR_BAD_FAULT', /named "mine" already/),
  );
  await assert.rejects(proxy.change('main', {}), withCode('ERR_NO_SUCH_FAULT', /Did you mean `mine`/));
  assert.deepEqual((await proxy.add({ kind: 'noop' })).name, 'noop');
  assert.deepEqual((await proxy.add({ kind: 'noop' })).name, 'noop-2');
  assert.equal(proxy.faults.length, 3);
});
