// Every fault of processes, machine and network.

import { clockStep } from './clock-step.ts';
import { conntrackExpiry } from './conntrack-expiry.ts';
import { diskFull } from './disk-full.ts';
import { heapExhaustion } from './heap-exhaustion.ts';
import { kill } from './kill.ts';
import { memoryLimit } from './memory-limit.ts';
import { oomKill } from './oom-kill.ts';
import { packetLoss } from './packet-loss.ts';
import { partition } from './partition.ts';
import { pause } from './pause.ts';
import { reject } from './reject.ts';
import type { AnySystemFaultKind } from './system-fault.ts';

export const systemFaultKinds: readonly AnySystemFaultKind[] = [
  kill,
  pause,
  heapExhaustion,
  memoryLimit,
  oomKill,
  diskFull,
  clockStep,
  packetLoss,
  partition,
  reject,
  conntrackExpiry,
];
