// Every scenario that compares peers, in the order in which they run.

import type { Scenario } from '../scenario.ts';
import { connectStorm } from './connect-storm.ts';
import { idle } from './idle.ts';
import { loop } from './loop.ts';
import { patterns } from './patterns.ts';
import { resumeStorm } from './resume-storm.ts';
import { saturate } from './saturate.ts';
import { slow } from './slow.ts';
import { steady } from './steady.ts';
import { topics } from './topics.ts';

export const scenarios: readonly Scenario[] = [
  idle,
  steady,
  saturate,
  topics,
  patterns,
  connectStorm,
  resumeStorm,
  slow,
  loop,
];
