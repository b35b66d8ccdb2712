import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createHub, publishAnswer } from 'holdfast';

const hub = createHub();

// POST /answers?question=... starts an answer, and says where it can be read: by whom, how often and from when on is
// no matter for the model. A reader that was cut off gets the rest, and 204 when it has all of it.
const server = createServer((req, res) => {
  const url = new URL(req.url ?? '/', 'http://localhost');
  if (req.method !== 'POST' || url.pathname !== '/answers') {
    hub.handle(req, res);
    return;
  }
  const topic = `answers/${randomUUID()}`; // who knows it may read it; see authorize.ts for more
  const tokens = askModel(url.searchParams.get('question') ?? '');
  publishAnswer(hub, topic, tokens, { type: 'token' }).catch((error) => console.error(error));
  res.setHeader('content-type', 'application/json');
  res.end(JSON.stringify({ stream: `/stream?topic=${topic}&from=earliest` }));
});
server.listen(Number(process.env.PORT ?? 3000), '127.0.0.1');

/** In place of the stream that the library of your model gives. */
async function* askModel(question: string): AsyncGenerator<string> {
  for (const word of `You have asked: ${question}`.split(/(?<= )/)) {
    await new Promise((resolve) => setTimeout(resolve, 50));
    yield word;
  }
}
