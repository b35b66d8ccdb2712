// The facts about this machine that a run's result cannot be understood without.

import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, release, totalmem, type } from 'node:os';
import { parseOpenFileLimit } from '../base/proc-limits.ts';
import type { MachineFacts } from './result.ts';

/** Reads them once, at the start of a run. */
export function readMachineFacts(procFolder = '/proc'): MachineFacts {
  return {
    cpuModel: cpus()[0]?.model.trim() || 'unknown',
    cpus: availableParallelism(),
    memoryBytes: totalmem(),
    kernel: `${type()} ${release()}`,
    node: process.version,
    openFileLimit: parseOpenFileLimit(readOrEmpty(`${procFolder}/self/limits`)),
    localPorts: parseLocalPorts(readOrEmpty(`${procFolder}/sys/net/ipv4/ip_local_port_range`)),
  };
}

/** How many connections one source address can have to one listener: the width of ip_local_port_range. */
export function parseLocalPorts(text: string): number | undefined {
  const range = /^(\d+)\s+(\d+)\s*$/.exec(text);
  return range === null ? undefined : Number(range[2]) - Number(range[1]) + 1;
}

function readOrEmpty(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Only Linux has it: unknown is an answer here.
    return '';
  }
}
