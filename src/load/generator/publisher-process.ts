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
    const answer: FromPublisher = { kind: 'counts', counts: publisher!.counts() };
    process.send?.(answer);
  }
});
process.on('disconnect', () => process.exit());
// The parent says what these mean.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
