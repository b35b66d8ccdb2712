import { createServer } from 'node:http';
import { createHub, openAccess } from 'holdfast';

const hub = createHub({ authorize: openAccess });
const server = hub.front(createServer(hub.handle));
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

process.once('SIGTERM', async () => {
  await hub.drain({
    delayMs: Number(process.env.DRAIN_DELAY_MS ?? 5000), // until nobody sends new streams here
    windowMs: 20_000,
    onLastStream: () => server.close(),
  });
  server.closeIdleConnections();
});
process.once('SIGINT', async () => {
  await hub.close();
  server.close();
});
