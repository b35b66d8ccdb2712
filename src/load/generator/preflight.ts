// What limits a run on this machine, and what is done about it: how many processes, from which addresses. Pure.

import { HoldfastError } from '../../base/errors.ts';
import type { MachineFacts } from '../result.ts';
import type { TransportTarget } from '../stream/transport.ts';

/** Files a generator process needs beside its streams. */
const RESERVED_FILES = 200;
/** Ports left for everything else of a source address. */
const RESERVED_PORTS = 500;
/** One process serves more only slower: its event loop is one core. */
const MAX_STREAMS_A_PROCESS = 18_000;
/** What a stream costs the tool, and the kernel for both ends on one machine, at the least. */
const BYTES_A_STREAM = 4096 + 8192;
/** What TLS adds, on the tool's side alone. */
const TLS_BYTES_A_STREAM = 61_440;
/** What a process takes before it has a stream. */
const BYTES_A_PROCESS = 50_331_648;
const FALLBACK_FILES = 1024;
const FALLBACK_PORTS = 28_232;

export interface Preflight {
  readonly processes: number;
  /** Empty: the system chooses. */
  readonly sources: readonly string[];
  /** What was found, in sentences for people. */
  readonly notes: readonly string[];
}

/**
 * Plans the processes and addresses for so many streams.
 *
 * @throws HoldfastError ERR_LIMIT when the machine cannot hold them, with what would help.
 */
export function planRun(
  streams: number,
  machine: MachineFacts,
  target: TransportTarget,
  given: readonly string[],
  freeBytes: number,
): Preflight {
  const notes: string[] = [];
  const files = Math.min((machine.openFileLimit ?? FALLBACK_FILES) - RESERVED_FILES, MAX_STREAMS_A_PROCESS);
  if (files < 1) throw limit(`the open-file limit is ${machine.openFileLimit}`, 'Raise it with ulimit -n');
  const processes = Math.ceil(streams / files);
  if (processes > 1) notes.push(`${processes} processes, since one holds ${files} streams`);
  const portsEach = (machine.localPorts ?? FALLBACK_PORTS) - RESERVED_PORTS;
  const needed = Math.ceil(streams / portsEach);
  const sources =
    given.length > 0 ? given : needed > 1 && isLoopback4(target.address) ? loopbackSources(needed) : [];
  if (needed > Math.max(sources.length, 1)) {
    throw limit(
      `${streams} streams need ${needed} source addresses of ${portsEach} ports each`,
      `Give --source with ${needed} addresses of this machine, such as 127.0.0.2-127.0.0.${needed + 1}`,
    );
  }
  if (sources.length > 1) notes.push(`${sources.length} source addresses, since one has ${portsEach} ports`);
  const streamBytes = BYTES_A_STREAM + (target.tlsName === undefined ? 0 : TLS_BYTES_A_STREAM);
  const bytes = streams * streamBytes + processes * BYTES_A_PROCESS;
  if (bytes > freeBytes) {
    const help = 'Use fewer streams, or a machine with more memory';
    throw limit(
      `${streams} streams in ${processes} ${processes === 1 ? 'process' : 'processes'} need ${toMiB(bytes)} MiB, and ${toMiB(freeBytes)} MiB are free`,
      help,
    );
  }
  return { processes, sources, notes };
}

/** Splits `127.0.0.2-127.0.0.9,127.0.1.1` into addresses. @throws RangeError. */
export function parseSources(text: string): string[] {
  return text.split(',').flatMap((part) => {
    const [first = '', last = first, ...rest] = part.trim().split('-');
    const from = parseAddress(first);
    const to = parseAddress(last);
    if (rest.length > 0 || from === undefined || to === undefined || to < from || to - from > 1023) {
      throw new RangeError(`Expected addresses such as 127.0.0.2-127.0.0.9, got ${JSON.stringify(part)}`);
    }
    return Array.from({ length: to - from + 1 }, (_, i) => formatAddress(from + i));
  });
}

function loopbackSources(count: number): string[] {
  return Array.from({ length: count }, (_, i) => formatAddress(0x7f000002 + i));
}

function isLoopback4(address: string): boolean {
  return address.startsWith('127.');
}

function parseAddress(text: string): number | undefined {
  if (!/^(\d{1,3}\.){3}\d{1,3}$/.test(text)) return undefined;
  const bytes = text.split('.').map(Number);
  return bytes.every((byte) => byte <= 255) ? bytes.reduce((sum, byte) => sum * 256 + byte, 0) : undefined;
}

function formatAddress(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join('.');
}

function toMiB(bytes: number): number {
  return Math.round(bytes / 1024 ** 2);
}

function limit(what: string, help: string): HoldfastError {
  return new HoldfastError('ERR_LIMIT', `This machine cannot run that: ${what}`, help);
}
