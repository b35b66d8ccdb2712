// Three network namespaces in a row: what a client, a hop and a server see is captured at each, and the hop is a
// kernel that forwards, filters and tracks connections by rules of the test's own.
//
//   client 192.0.2.2  ===veth===  192.0.2.1  router  198.51.100.1  ===veth===  198.51.100.2 server
//     2001:db8:1::2                      2001:db8:1::1   2001:db8:2::1              2001:db8:2::2

import type { Cleanup } from '../../support/cleanup.ts';
import { makeNamespace, type Namespace } from './namespaces.ts';

export interface Path {
  readonly client: Namespace;
  readonly router: Namespace;
  readonly server: Namespace;
}

export type Place = keyof Path;

// [rfc5737], [rfc3849]: addresses for examples, which no real network has.
export const addresses = {
  client: '192.0.2.2',
  client6: '2001:db8:1::2',
  /** The router's, as clients know it: proxies listen there. */
  router: '192.0.2.1',
  router6: '2001:db8:1::1',
  server: '198.51.100.2',
  server6: '2001:db8:2::2',
} as const;

/** The router's two devices; client and server have one each. */
export const toClient = 'toclient';
export const toServer = 'toserver';
export const endDevice = 'lab0';

export async function makePath(t: Cleanup): Promise<Path> {
  const [client, router, server] = await Promise.all([makeNamespace(t), makeNamespace(t), makeNamespace(t)]);
  await router.script(
    `ip link add ${toClient} type veth peer name ${endDevice} netns ${client.pid}`,
    `ip link add ${toServer} type veth peer name ${endDevice} netns ${server.pid}`,
    ...addressLines(toClient, '192.0.2.1', '2001:db8:1::1'),
    ...addressLines(toServer, '198.51.100.1', '2001:db8:2::1'),
    'echo 1 >/proc/sys/net/ipv4/ip_forward',
    'echo 1 >/proc/sys/net/ipv6/conf/all/forwarding',
  );
  await Promise.all([
    setUpEnd(client, [addresses.client, addresses.client6], ['192.0.2.1', '2001:db8:1::1']),
    setUpEnd(server, [addresses.server, addresses.server6], ['198.51.100.1', '2001:db8:2::1']),
    router.keepOrder(toClient).then(() => router.keepOrder(toServer)),
  ]);
  return { client, router, server };
}

async function setUpEnd(
  end: Namespace,
  [address, address6]: readonly [string, string],
  [next, next6]: readonly [string, string],
): Promise<void> {
  await end.script(
    ...addressLines(endDevice, address, address6),
    `ip route add default via ${next}`,
    `ip -6 route add default via ${next6}`,
  );
  await end.keepOrder(endDevice);
}

function addressLines(device: string, address: string, address6: string): string[] {
  return [
    'ip link set lo up',
    // Its own address of IPv6 works at once too, and nobody is asked for a router.
    `echo 0 >/proc/sys/net/ipv6/conf/${device}/accept_dad`,
    `echo 0 >/proc/sys/net/ipv6/conf/${device}/router_solicitations`,
    `ip address add ${address}/24 dev ${device}`,
    // Without the search for duplicates the address works at once.
    `ip address add ${address6}/64 dev ${device} nodad`,
    `ip link set ${device} up`,
  ];
}
