// A slow reader: what it does not take stays with the sender. It differs from `bandwidth` in that nothing is held here,
// so the sender's window closes, and its own buffers fill.

import { integer } from '../../base/options.ts';
import { faultKind } from '../fault.ts';
import { Bandwidth } from './bandwidth.ts';

class SlowRead extends Bandwidth {
  override get maxHeldBytes(): number {
    // The next read is made when the last one has left.
    return 1;
  }
}

export const slowRead = faultKind({
  kind: 'slow-read',
  summary: 'the sender is read slowly, so that its window closes',
  losesBytes: false,
  direction: 'down',
  options: { bytesPerSecond: integer(1024) },
  shape: ({ bytesPerSecond }, _random, nowMs) => new SlowRead(bytesPerSecond, nowMs),
});
