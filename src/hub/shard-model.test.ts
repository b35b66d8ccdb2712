// The shard against a model: a list of all records. Whatever is published, opened, pushed back, drained, closed,
// ended and trimmed in whatever order, each stream gets exactly what the list has for it after its start, less
// the gaps that it was told of, and each id that it is given is a place up to which it has got everything.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { memoryLog, type Opened, type RigOptions, ShardRig } from '../../test/support/shard-rig.ts';
import { SteppedLog } from '../../test/support/stepped-log.ts';
import { turnOfLoop } from '../../test/support/turns.ts';
import { parseId } from '../log/event-id.ts';
import type { EventLog, LogRecord } from '../log/event-log.ts';
import type { FakeOutlet } from './fake-outlet.ts';
import { parseSubscription } from './parse-subscription.ts';
import { covers } from './pattern.ts';

const TOPICS = ['a', 'b', 'c/d', 'c/e'];
const SUBSCRIPTIONS = [['a'], ['b'], ['a', 'b'], ['c/*'], ['**'], ['a', 'c/**', '**'], ['never']];

const pick = fc.nat();
const action = fc.oneof(
  {
    weight: 18,
    arbitrary: fc.record({
      do: fc.constant('publish' as const),
      topic: fc.constantFrom(...TOPICS),
      sizes: fc.array(fc.constantFrom(1, 1, 100, 20_000, 40_000), { minLength: 1, maxLength: 6 }),
    }),
  },
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('open' as const),
      topics: fc.constantFrom(...SUBSCRIPTIONS),
      from: fc.constantFrom('head' as const, 'earliest' as const, 'id' as const),
      pick,
    }),
  },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('pushBack' as const), pick }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('drain' as const), pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constant('close' as const), pick }) },
  { weight: 9, arbitrary: fc.record({ do: fc.constant('beat' as const), pick }) },
  { weight: 18, arbitrary: fc.record({ do: fc.constant('turn' as const) }) },
  { weight: 12, arbitrary: fc.record({ do: fc.constant('read' as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('endTopic' as const), topic: fc.constantFrom(...TOPICS) }),
  },
);
type Action = typeof action extends fc.Arbitrary<infer T> ? T : never;

interface Reader extends Opened {
  readonly topics: readonly string[];
}

class World {
  readonly rig: ShardRig<EventLog>;
  readonly records: LogRecord[] = [];
  readonly readers: Reader[] = [];
  readonly seenIds: string[] = [];
  #count = 0;

  constructor(log: EventLog, options: RigOptions) {
    log.onAnnounce((records) => this.records.push(...records));
    this.rig = new ShardRig(log, options);
  }

  async run(given: Action): Promise<void> {
    const { log, shard } = this.rig;
    const reader = 'pick' in given ? this.readers[given.pick % Math.max(this.readers.length, 1)] : undefined;
    if (given.do === 'publish') {
      if (log.endOf(given.topic) !== undefined) return;
      await this.rig.publish(given.topic, ...given.sizes.map((size) => `${this.#count++}`.padEnd(size, '.')));
    } else if (given.do === 'endTopic') await log.endTopic(given.topic);
    else if (given.do === 'open') this.#open(given.topics, given.from, given.pick);
    else if (given.do === 'turn') await turnOfLoop();
    else if (given.do === 'read') await this.#read();
    else if (reader === undefined) return;
    else if (given.do === 'pushBack') reader.outlet.pushesBack = true;
    else if (given.do === 'drain') reader.outlet.drain();
    else if (given.do === 'close') reader.outlet.close();
    else if (reader.stream.isOpen && !reader.stream.isPushedBack) {
      shard.beat(reader.stream, performance.now());
    }
  }

  /** Drains everything until nothing moves. */
  async finish(): Promise<void> {
    const { log } = this.rig;
    if (log instanceof SteppedLog) log.goFast();
    for (const { outlet } of this.readers) {
      outlet.drain();
      outlet.onWrite = undefined;
    }
    await this.rig.settle();
    await turnOfLoop();
  }

  #open(topics: readonly string[], from: 'head' | 'earliest' | 'id', index: number): void {
    const lastEventId = from === 'id' ? this.seenIds[index % Math.max(this.seenIds.length, 1)] : undefined;
    const opened = this.rig.open(topics, {
      fromEarliest: from === 'earliest',
      ...(lastEventId === undefined ? {} : { lastEventId }),
    });
    const { outlet } = opened;
    outlet.onWrite = () => this.seenIds.push(outlet.lastEventId);
    outlet.onWrite();
    this.readers.push({ ...opened, topics });
  }

  async #read(): Promise<void> {
    if (this.rig.log instanceof SteppedLog) this.rig.log.step();
    await turnOfLoop();
  }
}

/** Fails unless a stream has got what it should; `isWhole` when it had the chance to get all. */
function checkReader(reader: Reader, records: readonly LogRecord[], head: number, isWhole: boolean): void {
  const patterns = parseSubscription(reader.topics, 100);
  const wanted = records
    .filter(({ topic }) => {
      return patterns.some((pattern) => covers(pattern, { segments: topic.split('/') }));
    })
    .map(({ position }) => position);
  // Up to here everything has been got or told to be gone.
  let complete: number | undefined;
  for (const step of stepsOf(reader.outlet)) {
    if (complete === undefined || step.kind === 'gap') {
      assert.ok(complete === undefined || step.to > complete, 'a gap goes forward');
    } else {
      const next = wanted.filter((position) => position > complete! && position <= step.to);
      const expected = step.kind === 'record' ? [step.to] : [];
      assert.deepEqual(next, expected, `between ${complete} and a ${step.kind} at ${step.to}`);
    }
    complete = step.to;
  }
  if (!isWhole) return;
  assert.deepEqual(
    wanted.filter((position) => position > complete!),
    [],
    `after ${complete}, head ${head}`,
  );
}

/** What moved the client's cursor, in order. */
function* stepsOf(outlet: FakeOutlet): Generator<{ kind: 'record' | 'gap' | 'cursor'; to: number }> {
  for (const entry of outlet.received) {
    const to = parseId(entry.id)!.seq;
    if (entry.kind !== 'control') yield { kind: entry.kind === 'event' ? 'record' : 'cursor', to };
    else if (entry.control.kind === 'gap') yield { kind: 'gap', to };
    else if (entry.control.kind === 'resumed') yield { kind: 'cursor', to };
    else yield { kind: entry.control.topic === undefined ? 'cursor' : 'record', to };
  }
}

const WORLDS: [string, () => { log: EventLog; options: RigOptions; mayGap: boolean }][] = [
  ['the memory log', () => ({ log: memoryLog(), options: {}, mayGap: false })],
  [
    'a memory log that keeps little',
    () => ({ log: memoryLog({ maxEvents: 12 }), options: {}, mayGap: true }),
  ],
  [
    'a slow log and a small ring',
    () => ({ log: new SteppedLog(memoryLog()), options: { ring: { maxEvents: 5 } }, mayGap: false }),
  ],
  [
    'a slow log that keeps little and a small ring',
    () => ({
      log: new SteppedLog(memoryLog({ maxEvents: 15 })),
      options: { ring: { maxEvents: 4 } },
      mayGap: true,
    }),
  ],
];

for (const [name, create] of WORLDS) {
  test(`over ${name}, every stream gets what the log has for it, whatever happens in whatever order`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 80, size: 'max' }), async (actions) => {
        const { log, options, mayGap } = create();
        const world = new World(log, options);
        for (const given of actions) await world.run(given);
        await world.finish();
        for (const reader of world.readers) {
          const isWhole = reader.stream.state === 'live' || reader.stream.endReason === 'ended';
          assert.ok(isWhole || reader.outlet.state === 'closed');
          checkReader(reader, world.records, log.head, isWhole);
          if (!mayGap) assert.ok(reader.outlet.controls.every(({ kind }) => kind !== 'gap'));
        }
        await world.rig.shard.close();
        assert.equal(world.rig.shard.stats().streams, 0);
      }),
      { numRuns: 300 },
    );
  });
}
