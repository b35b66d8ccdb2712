import assert from 'node:assert/strict';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readSocketStates } from './socket-states.ts';

const linux = process.platform === 'linux' ? {} : { skip: 'only Linux has /proc' };

const row = (port: string, state: string) =>
  `   1: 0100007F:${port} 0200007F:C350 ${state} 00000000:00000000 00:00000000 00000000     0        0 81325 2\n`;

test('sockets of the port are counted by state, over many reads and both tables', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'states-'));
  t.after(() => rm(folder, { recursive: true }));
  assert.equal(await readSocketStates(folder, 8080), undefined);
  const some = row('1F90', '01') + row('1F91', '01') + row('1F90', '0A') + row('1F90', '06');
  await writeFile(join(folder, 'tcp'), some.repeat(1000));
  assert.deepEqual(await readSocketStates(folder, 8080), { established: 1000, 'time-wait': 1000 });
  await writeFile(join(folder, 'tcp6'), row('1F90', '08'));
  assert.deepEqual(await readSocketStates(folder, 8080), {
    established: 1000,
    'time-wait': 1000,
    'close-wait': 1,
  });
});

test('a real listener: one connection of it is established', linux, async (t) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = connect(port, '127.0.0.1');
  t.after(() => {
    socket.destroy();
    server.close();
  });
  const [accepted] = await once(server, 'connection', { signal: AbortSignal.timeout(10_000) });
  t.after(() => accepted.destroy());
  assert.deepEqual(await readSocketStates('/proc/self/net', port), { established: 1 });
});
