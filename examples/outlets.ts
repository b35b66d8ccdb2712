import { createServer } from 'node:http';
import { createHub, openAccess } from 'holdfast';
import { LoggedOutlet } from './outlet-logging.ts';
import { CountedOutlet, counters } from './outlet-metrics.ts';
import { RateLimitedOutlet } from './outlet-rate-limit.ts';

const hub = createHub({
  authorize: openAccess, // for a closed network; see authorize.ts
  // Around what carries each stream; the last one is the one that the hub writes to.
  wrapOutlet(outlet, request) {
    const counted = new CountedOutlet(outlet);
    const limited = new RateLimitedOutlet(counted, 100_000);
    return new LoggedOutlet(limited, `Stream of ${request.query.getAll('topic')}`, console.log);
  },
});

const server = createServer((req, res) => {
  if (req.url === '/counters') res.end(JSON.stringify(counters));
  else hub.handle(req, res);
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

process.once('SIGTERM', async () => {
  await hub.close();
  server.close();
});
