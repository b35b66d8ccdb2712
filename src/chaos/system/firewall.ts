// Rules of iptables for a fault: put in front of all others, in the network namespace of a process where one is named,
// and taken away again one by one.

import { readlinkSync } from 'node:fs';
import { integer, type OptionTable, value } from '../../base/options.ts';
import { optional } from '../faults/after.ts';
import { firstReason, needsLinux, needsProcess, needsRoot, needsTool } from './needs.ts';
import { runCommand } from './run-command.ts';
import type { Undo } from './system-fault.ts';

export const firewallOptions = {
  /** The port of the server. */
  port: integer(0, 1, 65_535),
  direction: value('both', 'to-server, to-client or both', (given) =>
    ['to-server', 'to-client', 'both'].includes(given as string),
  ),
  /** A process whose network namespace is meant; else that of this process. */
  netnsOf: optional(integer(0, 1, 4_194_304)),
} as const satisfies OptionTable;

export interface FirewallOptions {
  readonly port: number;
  readonly direction: string;
  readonly netnsOf: number | undefined;
}

export function firewallNeeds(): string | undefined {
  return firstReason(needsLinux(), needsRoot(), needsTool('iptables'));
}

export function firewallUnavailable({ netnsOf }: FirewallOptions): string | undefined {
  return firstReason(
    firewallNeeds(),
    netnsOf === undefined ? undefined : firstReason(needsTool('nsenter'), needsProcess(netnsOf)),
  );
}

/** Runs a command in the network namespace that is meant. */
export function runInNetwork(
  netnsOf: number | undefined,
  command: string,
  args: readonly string[],
): Promise<string> {
  if (netnsOf === undefined) return runCommand(command, args);
  return runCommand('nsenter', [`--net=${networkOf(netnsOf)}`, '--', command, ...args]);
}

/** What of a rule says which packets are meant; the rule stands where the server is. */
export function packetsOf({ port, direction }: FirewallOptions): string[][] {
  const toServer = ['INPUT', '-p', 'tcp', '--dport', String(port)];
  const toClient = ['OUTPUT', '-p', 'tcp', '--sport', String(port)];
  if (direction === 'to-server') return [toServer];
  return direction === 'to-client' ? [toClient] : [toServer, toClient];
}

/** Puts rules on. @throws HoldfastError ERR_FAULT_FAILED; those that were on already are taken away then. */
export async function putRules(
  netnsOf: number | undefined,
  rules: readonly (readonly string[])[],
): Promise<Undo> {
  const put: (readonly string[])[] = [];
  const undo = async () => {
    for (const rule of put.splice(0).reverse())
      await runInNetwork(netnsOf, 'iptables', ['-w', '-D', ...rule]);
  };
  try {
    for (const rule of rules) {
      const [chain, ...rest] = rule;
      await runInNetwork(netnsOf, 'iptables', ['-w', '-I', chain!, '1', ...rest]);
      put.push(rule);
    }
  } catch (error) {
    await undo();
    throw error;
  }
  return undo;
}

function networkOf(pid: number): string {
  const path = `/proc/${pid}/ns/net`;
  // Throws for a process that is gone, before anything is done in the wrong namespace.
  readlinkSync(path);
  return path;
}
