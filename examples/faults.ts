import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FaultProxy } from 'holdfast/chaos';

// A server to break; yours would be somewhere else.
const server = createServer((_request, response) => response.end('whole\n'));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const { port } = server.address() as AddressInfo;

const proxy = await FaultProxy.start({ host: '127.0.0.1', port: 0 }, { host: '127.0.0.1', port });
const url = `http://127.0.0.1:${proxy.address.port}/`;

await proxy.add({ kind: 'latency', options: { latencyMs: 200, jitterMs: 100 } });
console.log(await (await fetch(url)).text());

await proxy.clear();
await proxy.add({ kind: 'reset', options: { afterBytes: 10 } });
await fetch(url).catch(() => console.log('cut off'));

await proxy.close();
server.close();
