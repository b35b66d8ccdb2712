// The logger of a worker: its lines go to the primary, which writes them. A process that says the same thing for each of
// 20,000 streams must not fill the pipe: beyond so many a second, lines are counted and not sent.

import type { Logger } from '../../base/logger.ts';
import type { LogLevel, LogLine } from './calls.ts';

const MAX_LINES_A_SECOND = 200;

export function workerLogger(send: (line: LogLine) => void, now = () => performance.now()): Logger {
  let [second, lines, dropped] = [0, 0, 0];
  const write = (level: LogLevel) => (values: Readonly<Record<string, unknown>>, message: string) => {
    const thisSecond = Math.floor(now() / 1000);
    if (thisSecond !== second) [second, lines] = [thisSecond, 0];
    if (++lines > MAX_LINES_A_SECOND) {
      dropped++;
      return;
    }
    if (dropped > 0) send({ level: 'warn', values: { dropped }, message: 'Lines of the log were dropped' });
    dropped = 0;
    send({ level, values: plain(values), message });
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Values that can travel: errors as what a reader wants of them, all else as JSON has it. */
function plain(values: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const errors = (_: string, value: unknown) => {
    if (!(value instanceof Error)) return value;
    const { name, message, stack, cause } = value;
    const { code } = value as { code?: unknown };
    return { type: name, code, message, stack, cause };
  };
  try {
    return JSON.parse(JSON.stringify(values, errors)) as Record<string, unknown>;
  } catch (error) {
    return { unwritable: String(error) };
  }
}
