// Answers every packet that comes to a port with RST, as a firewall does that refuses instead of dropping, or a host on
// which the process is gone.

import { firewallNeeds, firewallOptions, firewallUnavailable, packetsOf, putRules } from './firewall.ts';
import { systemFaultKind } from './system-fault.ts';

export const reject = systemFaultKind({
  kind: 'reject',
  summary: 'every packet of a port is answered with RST',
  options: firewallOptions,
  required: ['port'],
  needs: firewallNeeds,
  unavailable: firewallUnavailable,
  make: (options) =>
    putRules(
      options.netnsOf,
      packetsOf(options).map((packets) => [...packets, '-j', 'REJECT', '--reject-with', 'tcp-reset']),
    ),
});
