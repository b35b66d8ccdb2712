import { createServer } from 'node:http';
import { openStream } from 'holdfast';

// One response of your own, without topics: progress of a job that this request has started.
const server = createServer(async (req, res) => {
  const done = Number.parseInt(String(req.headers['last-event-id'] ?? '0'), 10) || 0;
  if (done >= 100) {
    res.writeHead(204).end(); // EventSource reconnects after every end; 204 tells it to stop
    return;
  }
  const stream = openStream(req, res, { heartbeatMs: 10_000 });
  for (let percent = done + 10; percent <= 100; percent += 10) {
    if (stream.signal.aborted) return; // the client has left: stop working for it
    const wasTaken = stream.send({ id: String(percent), type: 'progress', data: { percent } });
    if (!wasTaken) await stream.drained(); // it reads slower than we send
  }
  stream.end();
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');
