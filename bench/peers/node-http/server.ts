// What one writes first in Node: node:http, a set of responses a topic, and ServerResponse.write for each event.

import { createServer, type ServerResponse } from 'node:http';

const HEARTBEAT_MS = 15_000;

const port = Number(process.env.PORT ?? 9102);
const streams = new Map<string, Set<ServerResponse>>();
const server = createServer(async (req, res) => {
  if (req.method === 'GET') {
    subscribe(new URL(req.url!, 'http://localhost').searchParams.get('topic') ?? '', res);
    return;
  }
  let body = '';
  for await (const text of req.setEncoding('utf8')) body += text;
  for (const { topic, data } of parseEvents(body)) {
    const block = `data: ${data}\n\n`;
    for (const stream of streams.get(topic) ?? []) stream.write(block);
  }
  res.setHeader('content-type', 'application/json').end('{}');
});

function subscribe(topic: string, res: ServerResponse): void {
  res.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  res.flushHeaders();
  const others = streams.get(topic) ?? new Set();
  streams.set(topic, others.add(res));
  res.on('close', () => {
    others.delete(res);
    if (others.size === 0) streams.delete(topic);
  });
}

/** One event, an array of them, or one a line. */
function parseEvents(body: string): { topic: string; data: string }[] {
  if (body.startsWith('[')) return JSON.parse(body);
  return body
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

setInterval(() => {
  for (const responses of streams.values()) for (const res of responses) res.write(':\n\n');
}, HEARTBEAT_MS);

// The kernel's queue has to take a storm of connects.
server.listen({ port, host: '127.0.0.1', backlog: 65_535 });
