// Everybody comes back in one moment and has missed 100 events.

import { formatQuantity } from '../../src/report/quantity.ts';
import { resumeStorm as measureResumeStorm } from '../resume-storm.ts';
import type { Scenario, Variant } from '../scenario.ts';

const STREAMS = 5000;
const MISSED = 100;
const LIMIT_MS = 30_000;

const variant: Variant = {
  id: 'resume-storm',
  title: `${formatQuantity(STREAMS, 'count')} streams that come back in one moment, ${MISSED} missed events each`,
  streams: STREAMS,
  needs: ['resume'],
  keepsHistory: true,
  columns: ['resumeUs', 'stormUs', 'resumeOfConnect', 'lost', 'repeated', 'outOfOrder'],
  seconds: 8,
  measure: ({ peer, signal }) =>
    measureResumeStorm(peer, { streams: STREAMS, missed: MISSED, limitMs: LIMIT_MS }, signal),
};

export const resumeStorm: Scenario = {
  name: 'resume-storm',
  variants: [variant],
  planned: [{ variant, rounds: 3 }],
};
