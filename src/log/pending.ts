// Plans that one commit is to make durable together: the next plan goes on after them. It counts nowhere else
// until the sequencer is told of the commit; when the commit fails, it is dropped and leaves nothing.

import type { LogRecord } from './event-log.ts';
import { KeyIndex } from './key-index.ts';
import type { Plan } from './sequencer.ts';

type PlannedKeys = Map<string, Plan['keys'] extends ReadonlyMap<string, infer Key> ? Key : never>;

export class Pending {
  readonly records: LogRecord[] = [];
  readonly keys: PlannedKeys = new Map();
  readonly keyIndex = new KeyIndex({
    maxKeys: Number.MAX_SAFE_INTEGER,
    maxKeyAgeMs: Number.MAX_SAFE_INTEGER,
  });
  /** Topics that end in this commit, and where. */
  readonly ended = new Map<string, number>();

  add(records: readonly LogRecord[], keys: Plan['keys'] | undefined, nowMs: number): void {
    for (const record of records) {
      this.records.push(record);
      if (record.endsTopic) this.ended.set(record.topic, record.position);
    }
    for (const [key, planned] of keys ?? []) {
      this.keys.set(key, planned);
      this.keyIndex.remember(key, planned.draft, planned.position, nowMs);
    }
  }
}
