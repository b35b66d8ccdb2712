// A process of the proxy around a Carrier: it is handed clients and faults. It ends when its parent does, whatever
// happens to the parent.

import { Socket } from 'node:net';
import type { Fault } from '../fault.ts';
import { Carrier, type CarrierOptions, type CarrierStats } from './carrier.ts';

export type ToCarrier =
  | { readonly kind: 'start'; readonly options: CarrierOptions }
  | { readonly kind: 'take'; readonly number: number }
  | { readonly kind: 'faults'; readonly ask: number; readonly faults: readonly Fault[] }
  | { readonly kind: 'stats'; readonly ask: number };

export type FromCarrier =
  /** To each `ask`, with its number. */
  | { readonly kind: 'answer'; readonly ask: number; readonly stats: CarrierStats }
  /** So many connections have closed since the last time it was said. */
  | { readonly kind: 'closed'; readonly count: number };

let carrier: Carrier | undefined;
let closed = 0;

process.on('message', (message: ToCarrier, handle: unknown) => {
  switch (message.kind) {
    case 'start':
      carrier = new Carrier(message.options, countClose);
      break;
    case 'take':
      // A client that has gone meanwhile comes without its handle.
      if (handle instanceof Socket) carrier!.take(handle, message.number);
      break;
    case 'faults':
      carrier!.apply(message.faults);
      tell({ kind: 'answer', ask: message.ask, stats: carrier!.stats });
      break;
    case 'stats':
      tell({ kind: 'answer', ask: message.ask, stats: carrier!.stats });
      break;
  }
});
process.on('disconnect', () => {
  carrier?.close();
  process.exit();
});
// Ctrl-C goes to the whole process group; the parent says what it means.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});

// One message for all that close in a turn: a cut may close thousands.
function countClose(): void {
  if (closed++ > 0) return;
  setImmediate(() => {
    tell({ kind: 'closed', count: closed });
    closed = 0;
  });
}

function tell(message: FromCarrier): void {
  // To a parent that has just gone there is nothing to say.
  process.send?.(message, undefined, undefined, () => {});
}
