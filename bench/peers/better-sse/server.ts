// better-sse as its documentation shows it: one channel, every session registered, broadcast to all.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface BetterSse {
  createChannel(): { register(session: object): void; broadcast(data: unknown): void };
  createSession(req: IncomingMessage, res: ServerResponse, options: { keepAlive: number }): Promise<object>;
}

// Installed into bench/ when this peer is measured, so there are no types of it before.
const packageName = 'better-sse';
const { createChannel, createSession } = (await import(packageName)) as BetterSse;

const port = Number(process.env.PORT ?? 9101);
const channel = createChannel();
const server = createServer(async (req, res) => {
  if (req.method === 'GET') {
    channel.register(await createSession(req, res, { keepAlive: 15_000 }));
    return;
  }
  let body = '';
  for await (const text of req.setEncoding('utf8')) body += text;
  for (const line of body.split('\n')) if (line !== '') channel.broadcast(JSON.parse(line).data);
  res.end('{}');
});
server.listen({ port, host: '127.0.0.1', backlog: 65_535 }, () => {
  process.stdout.write(`listening on ${port}\n`);
});
