// Opens what the user named: a file, or `-` for what comes through a pipe.

import { open } from 'node:fs/promises';
import { HoldfastError } from '../../../base/errors.ts';
import { type CaptureReading, type ReadCaptureOptions, readCapture } from './read-capture.ts';

const READ_BYTES = 1_048_576;

/**
 * Reads a capture from a file; from standard input when it is named `-`.
 *
 * @throws HoldfastError ERR_FILE when it cannot be opened or read.
 */
export async function readCaptureFile(path: string, options?: ReadCaptureOptions): Promise<CaptureReading> {
  try {
    return await readCapture(path === '-' ? process.stdin : chunksOf(path), { name: path, ...options });
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === undefined || !/^E[A-Z]+$/.test(code)) throw cause;
    throw new HoldfastError(
      'ERR_FILE',
      `${path} cannot be read: ${code}`,
      'Check its name and who may read it',
      {
        cause,
      },
    );
  }
}

/**
 * The file through two buffers, one read while the other is taken apart: a stream would leave a gigabyte of them to the garbage
 * collector.
 */
async function* chunksOf(path: string): AsyncGenerator<Uint8Array> {
  const file = await open(path);
  const buffers = [Buffer.allocUnsafeSlow(READ_BYTES), Buffer.allocUnsafeSlow(READ_BYTES)] as const;
  let reading = file.read(buffers[0], 0, READ_BYTES);
  try {
    for (let turn = 0; ; turn++) {
      const { bytesRead, buffer } = await reading;
      if (bytesRead === 0) return;
      reading = file.read(buffers[(turn + 1) % 2]!, 0, READ_BYTES);
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    // Who stops early leaves a read under way; if it fails, nobody wants to know.
    await reading.catch(() => {});
    await file.close();
  }
}
