// The bytes of a file, unpacked where they are gzip. What could be unpacked before a damaged or missing part is
// handed out; the damage is a problem, not an exception.

import { createGunzip } from 'node:zlib';

const MAGIC = [0x1f, 0x8b] as const;
// Deflate packs 1032 to 1 at most: what one piece becomes is held whole, so at most 16 MiB.
const PIECE_BYTES = 16_384;

/** Unpacks gzip, and hands out everything else as it is. */
export async function* unpacked(
  chunks: AsyncIterable<Uint8Array>,
  problem: (message: string) => void,
): AsyncGenerator<Uint8Array> {
  const rest = chunks[Symbol.asyncIterator]();
  try {
    // The magic may come in two chunks.
    let first: Uint8Array = Buffer.alloc(0);
    while (first.length < MAGIC.length) {
      const next = await rest.next();
      if (next.done) break;
      first = first.length === 0 ? next.value : Buffer.concat([first, next.value]);
    }
    const isPacked = MAGIC.every((byte, at) => first[at] === byte);
    const all = joined(first, rest);
    yield* isPacked ? gunzipped(all, problem) : all;
  } finally {
    await rest.return?.();
  }
}

async function* joined(first: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (first.length > 0) yield first;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

async function* gunzipped(
  chunks: AsyncIterable<Uint8Array>,
  problem: (message: string) => void,
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const ready: Buffer[] = [];
  let failure: NodeJS.ErrnoException | undefined;
  let goOn: (() => void) | undefined;
  gunzip.on('data', (bytes: Buffer) => ready.push(bytes));
  gunzip.on('error', (error) => {
    failure = error;
    // A write that fails does not call back.
    goOn?.();
  });
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && failure === undefined; at += PIECE_BYTES) {
        await new Promise<void>((done) => {
          goOn = done;
          gunzip.write(chunk.subarray(at, at + PIECE_BYTES), () => done());
        });
        yield* ready.splice(0);
      }
      if (failure !== undefined) break;
    }
    if (failure === undefined) {
      await new Promise<void>((done) => gunzip.once('close', done).end());
      yield* ready.splice(0);
    }
    if (failure !== undefined) problem(explain(failure));
  } finally {
    gunzip.destroy();
  }
}

function explain(failure: NodeJS.ErrnoException): string {
  if (failure.code === 'Z_BUF_ERROR') return 'the gzip file ends too early';
  return `the gzip file is damaged (${failure.message}): nothing behind this can be unpacked`;
}
