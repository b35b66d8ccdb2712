// One stream that comes back with an id and reads what it has missed: how long until the first event and until the last,
// from the moment its request is sent.

import { connect } from 'node:net';
import { EventStreamParser } from '../src/wire/index.ts';

const LIMIT_MS = 30_000;

export interface ResumeFigures {
  readonly firstUs: number;
  readonly lastUs: number;
}

/** @throws Error when fewer than `count` events come, or when one comes twice or not in its place. */
export function measureResume(
  port: number,
  query: string,
  lastEventId: string,
  count: number,
): Promise<ResumeFigures> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const timer = setTimeout(() => fail(`only ${seen} of ${count} events came in ${LIMIT_MS} ms`), LIMIT_MS);
    let startMs = 0;
    let firstUs = 0;
    let seen = 0;
    let lastSeq = Number(lastEventId.split('-')[1]);
    const fail = (why: string) => {
      clearTimeout(timer);
      socket.destroy();
      reject(new Error(why));
    };
    const parser = new EventStreamParser({
      onEvent({ type, lastEventId: id }) {
        if (type === 'holdfast') return;
        const seq = Number(id.split('-')[1]);
        if (seq <= lastSeq) return fail(`${id} came behind ${lastSeq}`);
        lastSeq = seq;
        const nowUs = (performance.now() - startMs) * 1000;
        if (++seen === 1) firstUs = nowUs;
        if (seen < count) return;
        clearTimeout(timer);
        socket.destroy();
        resolve({ firstUs, lastUs: nowUs });
      },
    });
    let isBody = false;
    socket.on('error', (error) => fail(error.message));
    socket.on('close', () => fail('the connection ended'));
    socket.on('data', (bytes) => {
      // The lines of the chunks are no field that a parser knows.
      const at = isBody ? 0 : bytes.indexOf('\r\n\r\n');
      if (!isBody && !bytes.subarray(0, 12).equals(Buffer.from('HTTP/1.1 200'))) {
        return fail(bytes.subarray(0, 200).toString('latin1'));
      }
      isBody = true;
      parser.push(bytes.subarray(at));
    });
    socket.once('connect', () => {
      startMs = performance.now();
      socket.write(`GET /stream?${query} HTTP/1.1\r\nHost: bench\r\nLast-Event-ID: ${lastEventId}\r\n\r\n`);
    });
  });
}
