// The pipe between primary and worker as a channel. Node.js gives both ends of it the same few methods.

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

export function processChannel(end: PipeEnd): Channel {
  return {
    // That the other process has just gone is told by `disconnect`; each send would say it again.
    send: (message) => void end.send?.(message, undefined, undefined, () => {}),
    onMessage: (listener) => void end.on('message', (message: unknown) => listener(message)),
    onClose: (listener) => void end.on('disconnect', () => listener()),
  };
}
