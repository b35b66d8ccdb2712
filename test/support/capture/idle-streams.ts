// A capture of event streams that a proxy closes when they were silent for a time, the last chunk missing.

import { pcapFile } from './capture-builder.ts';
import { Flags } from './packet-builder.ts';
import { TcpScene } from './tcp-scene.ts';

const head =
  'HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\nserver: nginx\r\n\r\n';
const chunk = 'd\r\ndata: hello\n\n\r\n';

/** One stream for each count of events, begun 7 s apart; `isWhole`: ended as it should be instead. */
export function idleStreams(events: readonly number[], silentMs: number, isWhole = false): Buffer {
  const packets = events.flatMap((count, i) => {
    const scene = new TcpScene({
      clientPort: 40_000 + i,
      clientSeq: 1000 * (i + 1),
      serverSeq: 90_000 * (i + 1),
    });
    scene.wait(i * 7000).handshake();
    scene.text('client', 'GET /events HTTP/1.1\r\nhost: a.test\r\n\r\n').send('server');
    scene.text('server', head).send('client');
    for (let n = 0; n < count; n++) {
      scene
        .wait(700 + 130 * i)
        .text('server', chunk)
        .send('client');
    }
    if (isWhole) scene.wait(100).text('server', '0\r\n\r\n').send('client');
    else scene.wait(silentMs);
    scene.send('server', { flags: Flags.fin | Flags.ack }).send('client', { flags: Flags.fin | Flags.ack });
    return scene.send('server').packets;
  });
  const time = ({ seconds, nanoseconds }: (typeof packets)[number]) => seconds * 1e9 + nanoseconds;
  return pcapFile(
    packets.sort((a, b) => time(a) - time(b)),
    { isNanoseconds: true },
  );
}
