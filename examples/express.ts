import compression from 'compression';
import express from 'express';
import { createHub, openAccess, openStream } from 'holdfast';

const hub = createHub({ authorize: openAccess }); // for a closed network; see authorize.ts
const app = express();

// It compresses pages, and leaves streams alone: they say `cache-control: no-transform`.
app.use(compression({ threshold: 0 }));
app.use((_req, res, next) => {
  res.setHeader('x-served-by', 'express'); // headers that were set before stay
  next();
});
// Before body parsers: the hub reads what is published itself. Express takes /feed off the path.
app.use('/feed', hub.handle);
app.use(express.json());

app.get('/page', (_req, res) => {
  res.type('html').send('<p>Hello</p>'.repeat(1000));
});

// One answer of your own, without topics; a client that comes back goes on where it was.
app.get('/progress', (req, res) => {
  const stream = openStream(req, res);
  for (let percent = Number(stream.lastEventId) + 50; percent <= 100; percent += 50) {
    stream.send({ id: String(percent), type: 'progress', data: { percent } });
  }
  stream.end();
});

const server = app.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

process.once('SIGTERM', async () => {
  await hub.close(); // every stream ends with its last event sent, and comes back elsewhere
  server.close();
});
