// What every engine behind the EventLog seam must do, as tests that each engine runs.

import type { EventLog } from '../../src/log/event-log.ts';
import type { RingLimits } from '../../src/log/ring.ts';
import type { SequencerLimits } from '../../src/log/sequencer.ts';
import { testAppending } from './event-log-contract/appending.ts';
import { testEndingTopics } from './event-log-contract/ending-topics.ts';
import { testKeys } from './event-log-contract/keys.ts';
import { testReading } from './event-log-contract/reading.ts';
import { testRetention } from './event-log-contract/retention.ts';

export type EventLogLimits = RingLimits & SequencerLimits;

/** Opens an empty log; `now` is its clock, in milliseconds since 1970. */
export type OpenEventLog = (limits: EventLogLimits, now: () => number) => Promise<EventLog>;

/** Tests that the logs that `open` gives keep the contract of `EventLog`. */
export function testEventLog(name: string, open: OpenEventLog): void {
  testAppending(name, open);
  testKeys(name, open);
  testEndingTopics(name, open);
  testReading(name, open);
  testRetention(name, open);
}
