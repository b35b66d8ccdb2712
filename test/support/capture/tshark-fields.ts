// What Wireshark reads in a capture: the oracle for what this project reads in it.

import { execFile, spawnSync } from 'node:child_process';
import { promisify } from 'node:util';

const TIMEOUT_MS = 60_000;
const MAX_OUTPUT_BYTES = 256 * 1024 * 1024;
const TAB = '\t';
const run = { encoding: 'utf8', timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT_BYTES } as const;

export type TsharkRow<Field extends string> = Record<Field, string>;

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
): TsharkRow<Field>[] {
  const args = [...argsFor(file, fields, filter), ...decodeAs.flatMap((rule) => ['-d', rule])];
  const { status, stdout, stderr } = spawnSync(tshark, args, run);
  if (status !== 0) throw new Error(`tshark exited with ${status}: ${stderr}`);
  return rowsOf(stdout, fields);
}

/**
 * The same without waiting for it, and with what is put together from packets whose checksum is left to the card: Wireshark
 * takes nothing from a packet whose checksum it finds wrong.
 */
export async function tsharkFieldsLater<Field extends string>(
  tshark: string,
  file: string,
  fields: readonly Field[],
  filter?: string,
): Promise<TsharkRow<Field>[]> {
  const { stdout } = await promisify(execFile)(tshark, argsFor(file, fields, filter, 'FALSE'), run);
  return rowsOf(stdout, fields);
}

function argsFor(file: string, fields: readonly string[], filter = 'frame', checks = 'TRUE'): string[] {
  const args = ['-n', '-r', file, '-Y', filter, '-T', 'fields', '-E', 'occurrence=a'];
  // Numbers as on the wire; packets in whatever order they are.
  args.push('-o', 'tcp.relative_sequence_numbers:FALSE', '-o', `tcp.check_checksum:${checks}`);
  return [...args, ...fields.flatMap((field) => ['-e', field])];
}

function rowsOf<Field extends string>(stdout: string, fields: readonly Field[]): TsharkRow<Field>[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const values = line.split(TAB);
      return Object.fromEntries(
        fields.map((field, index) => [field, values[index] ?? '']),
      ) as TsharkRow<Field>;
    });
}
