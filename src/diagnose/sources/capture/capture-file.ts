// Opens what the user named: a file, or `-` for what comes through a pipe.

import { createReadStream } from 'node:fs';
import { HoldfastError } from '../../../base/errors.ts';
import { type CaptureReading, type ReadCaptureOptions, readCapture } from './read-capture.ts';

const READ_BYTES = 262_144;

/**
 * Reads a capture from a file; from standard input when it is named `-`.
 *
 * @throws HoldfastError ERR_FILE when it cannot be opened or read.
 */
export async function readCaptureFile(path: string, options?: ReadCaptureOptions): Promise<CaptureReading> {
  const stream = path === '-' ? process.stdin : createReadStream(path, { highWaterMark: READ_BYTES });
  try {
    return await readCapture(stream, { name: path, ...options });
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
