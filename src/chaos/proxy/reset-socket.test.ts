import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { within } from '../../../test/support/wait-for.ts';

test('a socket whose FIN is on its way is closed, and its process can exit', async (t) => {
  const script = `
import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import { resetSocket } from ${JSON.stringify(new URL('./reset-socket.ts', import.meta.url).href)};
const server = createServer({ allowHalfOpen: true }, (socket) => socket.on('error', () => {}).resume());
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const socket = connect({ port: server.address().port, allowHalfOpen: true });
socket.on('error', () => {});
await once(socket, 'connect');
socket.end();
await new Promise((resolve) => process.nextTick(resolve));
resetSocket(socket);
server.close();
`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  t.after(() => child.kill('SIGKILL'));
  const [code] = await within('its exit', once(child, 'exit'), 20_000);
  assert.equal(code, 0);
});
