// The log of a hub process: JSON lines on stderr, so that stdout stays for what a person or a script reads.

import { pino, stdTimeFunctions } from 'pino';
import type { Logger } from '../base/logger.ts';
import { StderrLines } from './stderr-lines.ts';

/** Lines that stderr has not taken. A reader that stops must not fill the memory: what is beyond is dropped. */
const MAX_UNWRITTEN_BYTES = 1024 * 1024;

export function createProcessLogger(level: string): Logger {
  return pino(
    {
      level,
      timestamp: stdTimeFunctions.isoTime,
      formatters: { level: (label) => ({ level: label }) },
    },
    // Not pino's own destination: it ends the process on a full disk, and blocks its end on a full pipe.
    new StderrLines(MAX_UNWRITTEN_BYTES),
  );
}
