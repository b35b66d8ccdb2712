// RST for a socket, also for one whose FIN is on its way. libuv refuses to reset a handle while its shutdown is pending,
// and Node.js then neither closes it nor lets the process exit: it stays in the clean-up of its environment for ever.

import type { Socket } from 'node:net';

export function resetSocket(socket: Socket): void {
  const isShuttingDown = socket.writableEnded && !socket.writableFinished;
  if (isShuttingDown) socket.destroy();
  else socket.resetAndDestroy();
}
