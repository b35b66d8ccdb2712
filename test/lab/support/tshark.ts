// What tshark reads in a capture: the second opinion of the lab.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const LIMIT_MS = 60_000;
const MAX_BYTES = 256 * 1024 * 1024;
const runFile = promisify(execFile);

/** One record a packet, by the names of the fields; several values of a field are joined by commas, none is ''. */
export async function readWithTshark<F extends string>(
  file: string,
  fields: readonly F[],
  filter = 'tcp',
): Promise<Record<F, string>[]> {
  const wanted = fields.flatMap((field) => ['-e', field]);
  const { stdout } = await runFile(
    'tshark',
    // Whatever the port: the streams of the lab are HTTP/1.1 or, after its preface, HTTP/2.
    ['-r', file, '-Y', filter, '-T', 'fields', ...wanted, '-E', 'separator=/t', '-E', 'aggregator=,'],
    { timeout: LIMIT_MS, maxBuffer: MAX_BYTES, encoding: 'utf8' },
  );
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split('\t');
      return Object.fromEntries(fields.map((field, i) => [field, values[i] ?? ''])) as Record<F, string>;
    });
}
