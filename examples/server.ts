import { createServer } from 'node:http';
import { createHub } from 'holdfast';

const hub = createHub({ heartbeatMs: 10_000 });

// Everybody may subscribe; publishing over HTTP stays closed until `authorize` opens it.
const app = createServer((req, res) => {
  if (req.url === '/hello') res.end('The rest of your application.\n');
  else hub.handle(req, res);
});
// Streams are served straight on their sockets; everything else goes to the application.
const server = hub.front(app);
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

const clock = setInterval(async () => {
  await hub.publish({ topic: 'clock/utc', data: { time: new Date() } });
}, 1000);

process.once('SIGTERM', async () => {
  clearInterval(clock);
  await hub.close(); // every stream ends with its last event sent, and comes back elsewhere
  server.close();
});
