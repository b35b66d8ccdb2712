import { serve } from '@hono/node-server';
import { createHub, openAccess, openStream } from 'holdfast';
import { Hono } from 'hono';
import { compress } from 'hono/compress';

const hub = createHub({ authorize: openAccess }); // for a closed network; see authorize.ts
const app = new Hono();

// It compresses pages, and leaves event streams alone.
app.use(compress({ threshold: 0 }));
app.use(async (c, next) => {
  await next();
  c.header('x-served-by', 'hono');
});
app.mount('/feed', hub.fetch); // web Request in, web Response out; Hono takes /feed off the path

app.get('/page', (c) => c.html('<p>Hello</p>'.repeat(1000)));

// One answer of your own, without topics; a client that comes back goes on where it was.
app.get('/progress', (c) => {
  const stream = openStream(c.req.raw);
  for (let percent = Number(stream.lastEventId) + 50; percent <= 100; percent += 50) {
    stream.send({ id: String(percent), type: 'progress', data: { percent } });
  }
  stream.end();
  return stream.response;
});

const server = serve({ fetch: app.fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' });

process.once('SIGTERM', async () => {
  await hub.close(); // every stream ends with its last event sent, and comes back elsewhere
  server.close();
});
