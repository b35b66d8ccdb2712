// Pushpin needs a backend that says which streams to hold and for which channel (GRIP), and zurl, which asks the
// backend. The backend here is the least of one; it starts both and ends with them, so that all is one process tree.

import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';

const [folder = '', listenPort = ''] = process.argv.slice(2);

const backend = createServer((req, res) => {
  const topic = new URL(req.url!, 'http://localhost').searchParams.get('topic') ?? '';
  res.writeHead(200, {
    'content-type': 'text/event-stream',
    'cache-control': 'no-cache',
    'grip-hold': 'stream',
    'grip-channel': topic,
    // A comment after 15 s of silence, as the other servers send it.
    'grip-keep-alive': ':\\n\\n; format=cstring; timeout=15',
  });
  res.end();
});

backend.listen({ port: 0, host: '127.0.0.1', backlog: 65_535 }, () => {
  const { port } = backend.address() as { port: number };
  const route = `* 127.0.0.1:${port}`;
  const children = [
    start('zurl', [`--config=${folder}/zurl.conf`, '--loglevel=1']),
    start('pushpin', [
      ...['--config', `${folder}/pushpin.conf`, '--route', route],
      ...['--port', `127.0.0.1:${listenPort}`],
    ]),
  ];
  process.on('SIGTERM', () => {
    for (const child of children) child.kill('SIGTERM');
  });
});

/** One cannot do without the other: the first that ends takes all along, since the group is ended by the bench. */
function start(command: string, args: readonly string[]): ChildProcess {
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  child.on('error', (error) => process.stderr.write(`${error.message}\n`));
  child.on('close', (code) => process.exit(code ?? 1));
  return child;
}
