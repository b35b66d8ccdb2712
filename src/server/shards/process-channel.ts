// The pipe between primary and worker as a channel. Node.js gives both ends of it the same few methods.

import type { Worker } from 'node:cluster';
import type { Channel } from '../../base/peer.ts';

interface PipeEnd {
  send?(
    message: object,
    handle: undefined,
    options: undefined,
    onSent: (error: Error | null) => void,
  ): boolean | undefined;
  // biome-ignore lint/suspicious/noExplicitAny: process and Worker declare their events differently.
  on(event: 'message' | 'disconnect', listener: (...given: any[]) => void): unknown;
}

/** The end in a worker. */
export function channelToPrimary(): Channel {
  return channelOf(process, (onClose) => void process.on('disconnect', onClose));
}

/** The end in the primary. */
export function channelToWorker(worker: Worker): Channel {
  return channelOf(worker, (onClose) => {
    let isClosed = false;
    const close = () => {
      if (!isClosed) onClose();
      isClosed = true;
    };
    worker.on('disconnect', close);
    // [node] There is no 'disconnect' when the process dies while a connection is on its way to it.
    worker.on('exit', () => setImmediate(close));
  });
}

function channelOf(end: PipeEnd, whenClosed: (onClose: () => void) => void): Channel {
  return {
    // That the other process has just gone is told once; each send would say it again.
    send: (message) => void end.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void end.on('message', (message: unknown) => listener(message)),
    onClose: whenClosed,
  };
}
