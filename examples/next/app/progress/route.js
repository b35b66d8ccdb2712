import { openStream } from 'holdfast';

export const dynamic = 'force-dynamic';

// One answer of your own, without topics; a client that comes back goes on where it was.
export function GET(request) {
  const stream = openStream(request);
  for (let percent = Number(stream.lastEventId) + 50; percent <= 100; percent += 50) {
    stream.send({ id: String(percent), type: 'progress', data: { percent } });
  }
  stream.end();
  return stream.response;
}
