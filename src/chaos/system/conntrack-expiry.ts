// Lets a stateful firewall forget the connections of a port, as it does after its idle time: their packets are then of no
// connection that it knows, and are dropped as invalid. New connections are let through.

import {
  type FirewallOptions,
  firewallNeeds,
  firewallOptions,
  firewallUnavailable,
  packetsOf,
  putRules,
  runInNetwork,
} from './firewall.ts';
import { firstReason, needsTool } from './needs.ts';
import { systemFaultKind } from './system-fault.ts';

/** Whether connections may be picked up in their middle; then nothing would be forgotten. */
const LOOSE = 'net.netfilter.nf_conntrack_tcp_loose';

export const conntrackExpiry = systemFaultKind({
  kind: 'conntrack-expiry',
  summary: 'a stateful firewall forgets the connections of a port',
  options: firewallOptions,
  required: ['port'],
  needs: firewallNeeds,
  unavailable: (options) =>
    firstReason(firewallUnavailable(options), needsTool('conntrack'), needsTool('sysctl')),
  async make(options) {
    const { netnsOf } = options;
    // The rules come first: with one that asks for the state, the kernel begins to track.
    const undoRules = await putRules(netnsOf, rulesOf(options));
    try {
      const before = (await runInNetwork(netnsOf, 'sysctl', ['-n', LOOSE])).trim();
      await runInNetwork(netnsOf, 'sysctl', ['-qw', `${LOOSE}=0`]);
      await forget(options);
      return async () => {
        await runInNetwork(netnsOf, 'sysctl', ['-qw', `${LOOSE}=${before}`]);
        await undoRules();
      };
    } catch (error) {
      await undoRules();
      throw error;
    }
  },
});

function rulesOf(options: FirewallOptions): string[][] {
  return packetsOf(options).map((packets) => [
    ...packets,
    ...['-m', 'conntrack', '--ctstate', 'INVALID', '-j', 'DROP'],
  ]);
}

// A connection that was picked up in its middle counts as opened by whoever sent the packet that was seen first.
async function forget({ netnsOf, port }: FirewallOptions): Promise<void> {
  for (const end of ['--dport', '--sport']) {
    // It fails when there was none to forget, which is no failure of ours.
    await runInNetwork(netnsOf, 'conntrack', ['-D', '-p', 'tcp', end, String(port)]).catch(() => {});
  }
}
