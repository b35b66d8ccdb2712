// Rescues the connection that a worker was being handed when it died. [node] The primary keeps a connection open until
// the worker says that it has it; of a worker that never does, `cluster` forgets it, open, and its client waits for ever.
// Here it goes to another worker, as one does that a worker refuses, or is closed where there is none.

import type { ChildProcess } from 'node:child_process';

/** What `cluster` sends its workers and gets back, as far as it is looked at here. */
interface ClusterMessage {
  readonly cmd?: string;
  readonly act?: string;
  readonly seq?: number;
  readonly ack?: number;
}

interface ConnectionHandle {
  close(): void;
}

// What a worker has still said is in the pipe when it has ended, and is read up to its end first.
const PIPE_CHECK_MS = 20;

/** `hasOthers` says whether another worker takes connections. */
export function rescueConnections(child: ChildProcess, hasOthers: () => boolean): void {
  const onTheirWay = new Map<number, ConnectionHandle>();
  const send = child.send.bind(child) as (...given: unknown[]) => boolean;
  child.send = (...given: unknown[]) => {
    const [message, handle] = given as [ClusterMessage, ConnectionHandle | undefined];
    if (handle !== undefined && message.act === 'newconn' && message.seq !== undefined) {
      onTheirWay.set(message.seq, handle);
    }
    return send(...given);
  };
  child.on('internalMessage', ({ ack }: ClusterMessage) => {
    if (ack !== undefined) onTheirWay.delete(ack);
  });
  const rescue = () => {
    for (const [seq, handle] of onTheirWay) {
      if (hasOthers()) child.emit('internalMessage', { cmd: 'NODE_CLUSTER', ack: seq, accepted: false });
      else handle.close();
    }
    onTheirWay.clear();
  };
  // [node] Not at 'disconnect': a process that dies with a connection on its way to it is never said to have.
  child.once('exit', () => {
    const check = setInterval(() => {
      if (child.connected) return;
      clearInterval(check);
      rescue();
    }, PIPE_CHECK_MS);
  });
}
