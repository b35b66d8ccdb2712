import compress from '@fastify/compress';
import { fastify } from 'fastify';
import { createHub, openAccess, openStream } from 'holdfast';

// Fastify leaves the path as it is, so the hub is told where it is mounted.
const hub = createHub({ basePath: '/feed', authorize: openAccess }); // for a closed network; see authorize.ts
const app = fastify();

await app.register(compress, { threshold: 0 });
app.addHook('onRequest', async (_request, reply) => {
  reply.header('x-served-by', 'fastify');
});

await app.register(async (feed) => {
  // No body parser here: the hub reads what is published itself.
  feed.removeAllContentTypeParsers();
  feed.addContentTypeParser('*', (_request, _payload, done) => done(null));
  feed.all('/feed/*', (request, reply) => {
    reply.hijack(); // from here on the response is the hub's, and no plugin compresses it
    for (const [name, value] of Object.entries(reply.getHeaders())) {
      if (value !== undefined) reply.raw.setHeader(name, value); // what hooks have set, such as CORS
    }
    hub.handle(request.raw, reply.raw);
  });
});

app.get('/page', (_request, reply) => {
  reply.type('text/html').send('<p>Hello</p>'.repeat(1000));
});

// One answer of your own, without topics; a client that comes back goes on where it was.
app.get('/progress', (request, reply) => {
  reply.hijack();
  const stream = openStream(request.raw, reply.raw);
  for (let percent = Number(stream.lastEventId) + 50; percent <= 100; percent += 50) {
    stream.send({ id: String(percent), type: 'progress', data: { percent } });
  }
  stream.end();
});

// Before Fastify waits for open connections: they are streams, and end with their last event sent.
app.addHook('preClose', () => hub.close());
process.once('SIGTERM', () => app.close());

await app.listen({ port: Number(process.env.PORT ?? 3000), host: '127.0.0.1' });
