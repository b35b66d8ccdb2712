// A child process around a Publisher. It ends when its parent does.

import type { FromPublisher, ToPublisher } from './messages.ts';
import { Publisher } from './publisher.ts';

let publisher: Publisher | undefined;

process.on('message', (message: ToPublisher) => {
  if (message.kind === 'start') {
    publisher = new Publisher(message.plan);
    publisher.start();
  } else if (message.kind === 'stop') {
    publisher?.stop();
  } else if (message.kind === 'give up') {
    publisher?.end();
  } else {
    const answer: FromPublisher =
      message.kind === 'history'
        ? { kind: 'history', history: publisher!.history() }
        : { kind: 'counts', counts: publisher!.counts() };
    // A parent that is gone is told of by 'disconnect', and needs no second word.
    process.send?.(answer, undefined, undefined, () => {});
  }
});
process.on('disconnect', () => process.exit());
// What ends a service may go to each of its processes; the parent says what it means.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
// The parent may have gone before this line.
if (!process.connected) process.exit();
