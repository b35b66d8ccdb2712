// A child process around a Generator. It ends when its parent does, whatever happens to the parent.

import { Generator } from './generator.ts';
import type { FromGenerator, ToGenerator } from './messages.ts';
import { privateBytes } from './own-cost.ts';

let generator: Generator | undefined;

function tell(message: FromGenerator): void {
  // A parent that is gone is told of by 'disconnect', and needs no second word.
  process.send?.(message, undefined, undefined, () => {});
}

process.on('message', (message: ToGenerator) => {
  switch (message.kind) {
    case 'plan': {
      const bytes = privateBytes();
      generator = new Generator(message.plan);
      tell({ kind: 'ready', privateBytes: bytes });
      break;
    }
    case 'start':
      generator!.start();
      break;
    case 'churn':
      generator!.setChurn(message.isOn);
      break;
    case 'waive':
      generator!.waive(message.ranges);
      break;
    case 'totals':
      tell({ kind: 'totals', totals: generator!.totals(message.published, message.settles) });
      break;
    case 'times':
      tell({ kind: 'times', times: generator!.knownTimes() });
      break;
    case 'losses': {
      const { published, times, span } = message;
      const totals = generator!.totals(published, false);
      tell({ kind: 'losses', totals, blocks: generator!.losses(published, times, span) });
      break;
    }
    case 'sample':
      tell({ kind: 'sample', sample: generator!.sample(message.published) });
      break;
    case 'history':
      tell({ kind: 'history', history: generator!.history() });
      break;
    case 'stop':
      tell({ kind: 'stopped', ...generator!.stop() });
      process.disconnect();
      break;
  }
});
process.on('disconnect', () => process.exit());
// What ends a service may go to each of its processes; the parent says what it means.
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => {});
// It may have gone before this line.
if (!process.connected) process.exit();
