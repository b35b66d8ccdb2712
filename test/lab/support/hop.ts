// The test's side of a hop of user space: every packet that the router forwards goes through a TUN device to a process
// of ours and back, and the process does with it what middleboxes do. socat carries the packets as datagrams.
//
//   client --> toclient --> [table 7] --> hop0 --> socat --> hop-process --> socat --> hop0 --> [main] --> toserver

import { spawn } from 'node:child_process';
import { AskedProcess } from '../../support/asked-process.ts';
import type { Cleanup } from '../../support/cleanup.ts';
import { waitFor } from '../../support/wait-for.ts';
import type { HopAsks } from './hop-process.ts';
import type { Namespace } from './namespaces.ts';
import { toClient, toServer } from './path.ts';

const hopFile = new URL('./hop-process.ts', import.meta.url);
const DEVICE = 'hop0';
// In a namespace of the test's own both are free.
const HOP_PORT = 7001;
const SOCAT_PORT = 7002;

export class Hop extends AskedProcess<HopAsks> {
  private constructor(cleanup: Cleanup, router: Namespace) {
    super(cleanup, hopFile, router.place());
  }

  static async start(cleanup: Cleanup, router: Namespace): Promise<Hop> {
    const hop = new Hop(cleanup, router);
    await hop.ask('listen', HOP_PORT, SOCAT_PORT);
    const tun = `TUN,tun-name=${DEVICE},iff-no-pi,iff-up`;
    const carrier = `UDP4:127.0.0.1:${HOP_PORT},bind=127.0.0.1:${SOCAT_PORT}`;
    const [path, ...args] = router.enter('socat', tun, carrier);
    const socat = spawn(path, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    cleanup.after(() => socat.kill('SIGKILL'));
    await waitFor('the device of the hop', async () => {
      return router.run('ip', 'link', 'show', DEVICE).then(
        () => true,
        () => false,
      );
    });
    await router.script(
      `ip route add default dev ${DEVICE} table 7`,
      `ip rule add iif ${toClient} lookup 7`,
      `ip rule add iif ${toServer} lookup 7`,
      ...['all', DEVICE].map((name) => `echo 0 >/proc/sys/net/ipv4/conf/${name}/rp_filter`),
    );
    return hop;
  }
}
