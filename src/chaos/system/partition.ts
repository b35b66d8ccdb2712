// Drops every packet of a port: a cable that is pulled. Nobody is told; the kernels of both sides send again and again.

import { firewallNeeds, firewallOptions, firewallUnavailable, packetsOf, putRules } from './firewall.ts';
import { systemFaultKind } from './system-fault.ts';

export const partition = systemFaultKind({
  kind: 'partition',
  summary: 'every packet of a port is dropped',
  options: firewallOptions,
  required: ['port'],
  needs: firewallNeeds,
  unavailable: firewallUnavailable,
  make: (options) =>
    putRules(
      options.netnsOf,
      packetsOf(options).map((packets) => [...packets, '-j', 'DROP']),
    ),
});
