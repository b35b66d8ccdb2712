// Every fault that the proxy knows. docs/chaos-add-a-fault.md says how to add one.

import type { AnyFaultKind } from '../fault.ts';
import { ageCut } from './age-cut.ts';
import { bandwidth } from './bandwidth.ts';
import { blackhole } from './blackhole.ts';
import { buffer } from './buffer.ts';
import { idleCut } from './idle-cut.ts';
import { latency } from './latency.ts';
import { noop } from './noop.ts';
import { reset } from './reset.ts';
import { slicer } from './slicer.ts';
import { slowRead } from './slow-read.ts';
import { stall } from './stall.ts';
import { truncate } from './truncate.ts';

export const faultKinds: readonly AnyFaultKind[] = [
  latency,
  bandwidth,
  slicer,
  stall,
  blackhole,
  reset,
  truncate,
  slowRead,
  idleCut,
  ageCut,
  buffer,
  noop,
];
