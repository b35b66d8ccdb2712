// A log with a clock that the test moves, for the contract of EventLog.

import type { Draft, EventLog, LogRecord, Selection } from '../../../src/log/event-log.ts';
import type { EventLogLimits, OpenEventLog } from '../event-log-contract.ts';
import { everything } from '../selections.ts';

/** Limits that a test does not meet. */
export const ROOMY: EventLogLimits = {
  maxEvents: 10_000,
  maxBytes: 64 * 1024 * 1024,
  maxAgeMs: 3_600_000,
  maxKeys: 1000,
  maxKeyAgeMs: 3_600_000,
  maxEndedTopics: 1000,
};

export interface LogFixture {
  readonly log: EventLog;
  /** Moves the clock on. */
  advance(ms: number): number;
}

export async function openLog(open: OpenEventLog, limits: Partial<EventLogLimits> = {}): Promise<LogFixture> {
  let nowMs = Date.UTC(2026, 0, 1);
  const log = await open({ ...ROOMY, ...limits }, () => nowMs);
  return {
    log,
    advance(ms) {
      nowMs += ms;
      return nowMs;
    },
  };
}

export function draft(topic: string, data: string, more: Partial<Draft> = {}): Draft {
  return { topic, data, ...more };
}

/** Drafts of one topic with the data `0`, `1`, ... */
export function drafts(topic: string, count: number): Draft[] {
  return Array.from({ length: count }, (_, i) => draft(topic, String(i)));
}

/** Everything that a selection gets after a position, page by page. */
export async function readAll(
  log: EventLog,
  after = log.oldest - 1,
  selection: Selection = everything,
  limits = { maxBytes: 4096, maxScanned: 100 },
): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (let position = after; position < log.head; ) {
    const page = await log.read(position, selection, limits);
    if (page.to <= position) throw new Error(`A read after ${position} came no further than ${page.to}`);
    records.push(...page.records);
    position = page.to;
  }
  return records;
}
