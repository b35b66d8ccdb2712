// What this machine says about itself at one moment, and the events that two such moments make. Reads a bounded
// part of each /proc text; where a text is missing (another system than Linux, a locked-down container) load
// and memory come from node:os, and the rest is absent.

import { open } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import { join } from 'node:path';
import {
  type CpuTicks,
  cpuSharesBetween,
  type InterfaceCounters,
  type LoadAverage,
  type MemorySize,
  parseCpuTicks,
  parseInterfaces,
  parseLoadAverage,
  parseMemory,
  parseTcp,
  ratesBetween,
  type TcpCounters,
} from './host-counters.ts';

export interface HostSample {
  /** From a clock that never steps back. */
  readonly atMs: number;
  readonly load: LoadAverage;
  readonly memory: MemorySize;
  readonly cpu: CpuTicks | undefined;
  readonly tcp: TcpCounters | undefined;
  readonly interfaces: ReadonlyMap<string, InterfaceCounters>;
  /** The texts that could not be read. */
  readonly missing: readonly string[];
}

export interface HostEvent {
  readonly topic: string;
  readonly data: Readonly<Record<string, unknown>>;
}

// A machine with 64 cores has 60 KiB of /proc/stat, nearly all of it behind the line that is wanted.
const MAX_TEXT_BYTES = 65_536;
// A container host has an interface for each container: 1,000 of them would be 1,000 events a second.
const MAX_INTERFACES = 32;

const texts = ['loadavg', 'meminfo', 'stat', 'net/dev', 'net/snmp', 'net/netstat'] as const;

// The counters whose speed is worth a look; of the others, such as errors, the count itself is.
const tcpRates = [
  'activeOpens',
  'passiveOpens',
  'segmentsReceived',
  'segmentsSent',
  'segmentsRetransmitted',
] as const;
const interfaceRates = ['receivedBytes', 'receivedPackets', 'sentBytes', 'sentPackets'] as const;

export async function readHostSample(procFolder: string, atMs: number): Promise<HostSample> {
  const read = await Promise.all(texts.map((name) => readStart(join(procFolder, name))));
  const [load, memory, stat, dev, snmp, netstat] = read;
  return {
    atMs,
    load: load === undefined ? loadOfSystem() : parseLoadAverage(load),
    memory:
      memory === undefined ? { totalBytes: totalmem(), availableBytes: freemem() } : parseMemory(memory),
    cpu: stat === undefined ? undefined : parseCpuTicks(stat),
    tcp: snmp === undefined ? undefined : parseTcp(snmp, netstat ?? ''),
    interfaces: parseInterfaces(dev ?? ''),
    missing: texts.filter((_, i) => read[i] === undefined),
  };
}

/** The events of a moment; what is a rate needs the moment before it, and is absent from the first. */
export function hostEvents(before: HostSample | undefined, now: HostSample): HostEvent[] {
  const elapsedMs = before === undefined ? 0 : now.atMs - before.atMs;
  const events = [
    event('host/load', { ...now.load, cpus: cpus().length }),
    event('host/memory', { ...now.memory }),
  ];
  if (now.cpu !== undefined && before?.cpu !== undefined) {
    events.push(event('host/cpu', { ...cpuSharesBetween(before.cpu, now.cpu) }));
  }
  if (now.tcp !== undefined) {
    const rates = ratesBetween(tcpRates, before?.tcp ?? {}, now.tcp, elapsedMs);
    events.push(event('host/tcp', { ...now.tcp, ...rates }));
  }
  for (const [name, counters] of [...now.interfaces].slice(0, MAX_INTERFACES)) {
    const rates = ratesBetween(interfaceRates, before?.interfaces.get(name) ?? {}, counters, elapsedMs);
    events.push(event(`host/net/${topicSegment(name)}`, { interface: name, ...counters, ...rates }));
  }
  return events;
}

/**
 * A name as a segment of a topic. Linux allows nearly every byte in the name of an interface; a slash, a
 * wildcard or a control character would make another topic, or none.
 */
export function topicSegment(name: string): string {
  return name.replace(/[^\p{L}\p{N}._:@+-]/gu, '_') || '_';
}

// A frame holds no topic, so that a subscriber of `host/**` could not tell the events apart: the data says it. Nor
// has it a time, without which nobody could say how long an event was under way.
function event(topic: string, values: Readonly<Record<string, unknown>>): HostEvent {
  return { topic, data: { topic, ...values, time: Date.now() } };
}

function loadOfSystem(): LoadAverage {
  const [load1, load5, load15] = loadavg() as [number, number, number];
  return { load1, load5, load15 };
}

// The size of a file in /proc reads as 0, and one read may return less than there is.
async function readStart(path: string): Promise<string | undefined> {
  const buffer = Buffer.allocUnsafe(MAX_TEXT_BYTES);
  let length = 0;
  try {
    await using file = await open(path, 'r');
    while (length < MAX_TEXT_BYTES) {
      const { bytesRead } = await file.read(buffer, length, MAX_TEXT_BYTES - length, length);
      if (bytesRead === 0) break;
      length += bytesRead;
    }
  } catch {
    // The caller says which text is missing; why (absent, forbidden, out of files) does not change what is done.
    return undefined;
  }
  const text = buffer.toString('utf8', 0, length);
  // A last line that was cut would be read as a smaller number.
  return length < MAX_TEXT_BYTES ? text : text.slice(0, text.lastIndexOf('\n') + 1);
}
