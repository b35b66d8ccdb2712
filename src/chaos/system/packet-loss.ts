// Drops a share of the packets of a port, by iptables' statistic. What the network loses TCP sends again: streams become
// late, and end only when nothing gets through for long. The side that receives drops them: what a sender's own rules drop
// the kernel knows at once, and it was never on a network.

import { value } from '../../base/options.ts';
import {
  type FirewallOptions,
  firewallNeeds,
  firewallOptions,
  firewallUnavailable,
  putRules,
} from './firewall.ts';
import { systemFaultKind } from './system-fault.ts';

export const packetLoss = systemFaultKind({
  kind: 'packet-loss',
  summary: 'a share of the packets of a port is dropped',
  options: {
    ...firewallOptions,
    probability: value(
      0.05,
      'a share above 0 and up to 1',
      (given) => typeof given === 'number' && given > 0 && given <= 1,
    ),
  },
  required: ['port'],
  needs: firewallNeeds,
  unavailable: firewallUnavailable,
  make: (options) =>
    putRules(
      options.netnsOf,
      receivedOf(options).map((packets) => [
        ...packets,
        ...['-m', 'statistic', '--mode', 'random', '--probability', String(options.probability)],
        ...['-j', 'DROP'],
      ]),
    ),
});

/** Of both sides where they share a network, as on loopback; else of the side whose namespace it is. */
function receivedOf({ port, direction }: FirewallOptions): string[][] {
  const byServer = ['INPUT', '-p', 'tcp', '--dport', String(port)];
  const byClient = ['INPUT', '-p', 'tcp', '--sport', String(port)];
  if (direction === 'to-server') return [byServer];
  return direction === 'to-client' ? [byClient] : [byServer, byClient];
}
