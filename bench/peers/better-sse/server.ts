// better-sse as its documentation shows it: a channel a topic, every session registered, broadcast to all.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

interface Channel {
  readonly sessionCount: number;
  register(session: object): void;
  broadcast(data: unknown): void;
  on(name: 'session-deregistered', listener: () => void): void;
}

interface BetterSse {
  createChannel(): Channel;
  createSession(req: IncomingMessage, res: ServerResponse, options: { keepAlive: number }): Promise<object>;
}

// Installed into bench/ when this peer is measured, so there are no types of it before.
const packageName = 'better-sse';
const { createChannel, createSession } = (await import(packageName)) as BetterSse;

const port = Number(process.env.PORT ?? 9101);
const channels = new Map<string, Channel>();
const server = createServer(async (req, res) => {
  if (req.method === 'GET') {
    const topic = new URL(req.url!, 'http://localhost').searchParams.get('topic') ?? '';
    channelOf(topic).register(await createSession(req, res, { keepAlive: 15_000 }));
    return;
  }
  let body = '';
  for await (const text of req.setEncoding('utf8')) body += text;
  for (const line of body.split('\n')) {
    if (line === '') continue;
    const { topic, data } = JSON.parse(line);
    channels.get(topic)?.broadcast(data);
  }
  res.end('{}');
});

function channelOf(topic: string): Channel {
  const known = channels.get(topic);
  if (known !== undefined) return known;
  const channel = createChannel();
  channel.on('session-deregistered', () => {
    if (channel.sessionCount === 0) channels.delete(topic);
  });
  channels.set(topic, channel);
  return channel;
}

// The kernel's queue has to take a storm of connects.
server.listen({ port, host: '127.0.0.1', backlog: 65_535 });
