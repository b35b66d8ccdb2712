// What Wireshark reads in a capture: the oracle for what this project reads in it.

import { spawnSync } from 'node:child_process';

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const TAB = '\t';

/**
 * For each packet, or each that a display filter lets through, the given fields as text, `''` where a packet has none;
 * several values are joined by commas.
 *
 * @param decodeAs - what is spoken on ports that Wireshark does not know, such as `tcp.port==8080,http2`.
 */
export function tsharkFields<Field extends string>(
  tshark: string,
  file: string,
  fields: readonly Field[],
  filter = 'frame',
  decodeAs: readonly string[] = [],
): Record<Field, string>[] {
  const args = ['-n', '-r', file, '-Y', filter, '-T', 'fields', '-E', 'occurrence=a'];
  // Numbers as on the wire; packets in whatever order they are.
  args.push('-o', 'tcp.relative_sequence_numbers:FALSE', '-o', 'tcp.check_checksum:TRUE');
  const { status, stdout, stderr } = spawnSync(
    tshark,
    [...args, ...decodeAs.flatMap((rule) => ['-d', rule]), ...fields.flatMap((field) => ['-e', field])],
    { encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES },
  );
  if (status !== 0) throw new Error(`tshark exited with ${status}: ${stderr}`);
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split(TAB);
      return Object.fromEntries(fields.map((field, index) => [field, values[index] ?? ''])) as Record<
        Field,
        string
      >;
    });
}
