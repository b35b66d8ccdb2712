// The least that is an SSE server: GET gets a stream, POST /publish (NDJSON of {topic, data}) goes to all streams.

import cluster from 'node:cluster';
import { createServer as createHttpServer } from 'node:http';
import { createServer, type Socket } from 'node:net';

const port = Number(process.env.PORT ?? 9100);
const workers = Number(process.env.WORKERS ?? 1);
const HEAD =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncache-control: no-cache\r\ntransfer-encoding: chunked\r\n\r\n';
const HEARTBEAT_MS = 15_000;

if (cluster.isPrimary) runPrimary();
else runWorker();

function runPrimary(): void {
  let listening = 0;
  for (let i = 0; i < workers; i++) {
    const worker = cluster.fork();
    worker.on('message', (lines: string) => {
      for (const other of Object.values(cluster.workers ?? {})) other?.send(lines);
    });
    worker.on('listening', () => {
      if (++listening === workers) process.stdout.write(`listening on ${port}\n`);
    });
  }
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      for (const worker of Object.values(cluster.workers ?? {})) worker?.kill('SIGKILL');
      process.exit();
    });
  }
}

function runWorker(): void {
  const streams = new Set<Socket>();
  const writeAll = (block: string) => {
    const bytes = Buffer.from(`${Buffer.byteLength(block).toString(16)}\r\n${block}\r\n`);
    for (const stream of streams) stream.write(bytes);
  };
  process.on('message', (lines: string) => {
    let block = '';
    for (const line of lines.split('\n')) if (line !== '') block += `data: ${JSON.parse(line).data}\n\n`;
    writeAll(block);
  });
  setInterval(() => writeAll(':\n\n'), HEARTBEAT_MS);
  const http = createHttpServer((req, res) => {
    let body = '';
    req.setEncoding('utf8').on('data', (text) => {
      body += text;
    });
    req.on('end', () => {
      process.send!(body);
      res.end('{}');
    });
  });
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', (head) => {
      if (head.toString('latin1', 0, 4) !== 'GET ') {
        socket.unshift(head);
        http.emit('connection', socket);
        return;
      }
      socket.write(HEAD);
      streams.add(socket);
      socket.on('data', () => {});
      socket.on('close', () => streams.delete(socket));
    });
  });
  // The kernel's queue has to take a storm of connects.
  server.listen({ port, host: '127.0.0.1', backlog: 65_535 });
  process.on('disconnect', () => process.exit());
}
