import { follow } from 'holdfast/client';

// Runs as it is in a browser, too: a path such as '/stream?topic=orders/*' then names the page's own server.
const url = process.env.STREAM_URL ?? 'http://127.0.0.1:8080/stream?topic=orders/*';
const stream = follow(url, {
  headers: async () => ({ authorization: `Bearer ${await freshToken()}` }), // asked before each connection
});

for await (const item of stream) {
  switch (item.kind) {
    case 'event':
      console.log(item.id, item.type, JSON.parse(item.data)); // the next one is read when this is done
      break;
    case 'gap':
      console.log(`events are missing: ${item.reason}`); // load the state anew
      break;
    case 'lost':
      console.log(`${item.detail}; again in ${item.delayMs} ms`);
      break;
    case 'closed':
      console.log(`${item.reason}: ${item.detail}`); // the last one
      break;
  }
}
console.log('complete up to', stream.lastEventId); // keep it, and go on with {lastEventId}

async function freshToken(): Promise<string> {
  return 's3cret';
}
