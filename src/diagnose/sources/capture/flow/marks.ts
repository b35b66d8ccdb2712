// The marks of a segment as bits, while it is only one of very many.

import type { SegmentMark } from '../../../evidence.ts';

const names: readonly SegmentMark[] = [
  'syn',
  'fin',
  'rst',
  'zero-window',
  'window-full',
  'zero-window-probe',
  'zero-window-probe-ack',
  'keep-alive',
  'keep-alive-ack',
  'retransmission',
  'out-of-order',
  'duplicate-ack',
  'unanswered',
  'out-of-window',
  'wrong-checksum',
];

const bit = (name: SegmentMark) => 1 << names.indexOf(name);

export const Mark = {
  syn: bit('syn'),
  fin: bit('fin'),
  rst: bit('rst'),
  zeroWindow: bit('zero-window'),
  windowFull: bit('window-full'),
  zeroWindowProbe: bit('zero-window-probe'),
  zeroWindowProbeAck: bit('zero-window-probe-ack'),
  keepAlive: bit('keep-alive'),
  keepAliveAck: bit('keep-alive-ack'),
  retransmission: bit('retransmission'),
  outOfOrder: bit('out-of-order'),
  duplicateAck: bit('duplicate-ack'),
  unanswered: bit('unanswered'),
  outOfWindow: bit('out-of-window'),
  wrongChecksum: bit('wrong-checksum'),
} as const;

// The lists of the combinations that were met: hundreds of thousands of segments share some twenty.
const lists = new Map<number, readonly SegmentMark[]>();

export function markNames(bits: number): readonly SegmentMark[] {
  let list = lists.get(bits);
  if (list === undefined) {
    list = Object.freeze(names.filter((_, index) => (bits & (1 << index)) !== 0));
    lists.set(bits, list);
  }
  return list;
}
