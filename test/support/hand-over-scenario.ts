// The scenario that the second promise stands or falls with: many streams that come and go while events are
// published, and a comparison of what each received with what the log says it should have.

import type { TestContext } from 'node:test';
import { covers, type Pattern, parsePattern } from '../../src/hub/pattern.ts';
import { parseId } from '../../src/log/event-id.ts';
import type { EventLog } from '../../src/log/event-log.ts';
import { startHub } from './hub-server.ts';
import { seededRandom } from './seeded-random.ts';
import { StreamClient } from './stream-client.ts';

export interface HandOverScenario {
  readonly seed: number;
  readonly streams: number;
  readonly events: number;
  /** Another log than one in memory. */
  readonly log?: EventLog;
  /** Called with each batch, before it is published. */
  readonly disturb?: (random: () => number) => void;
}

export interface Ledger {
  readonly lost: number;
  readonly repeated: number;
  readonly outOfOrder: number;
  /** Received by a stream that had not asked for it, or never published. */
  readonly stray: number;
  readonly gaps: number;
  readonly resumes: number;
  readonly received: number;
}

const GROUPS = 10;
const TOPICS_A_GROUP = 10;
const MAX_BATCH = 50;
const CUTS_A_BATCH = 12;

/** Runs the scenario on a hub of its own and counts. */
export async function runHandOverScenario(t: TestContext, scenario: HandOverScenario): Promise<Ledger> {
  const random = seededRandom(scenario.seed);
  const { log } = scenario;
  const { hub, url } = await startHub(t, { heartbeatMs: 500, maxLogEvents: scenario.events * 2, log });
  const clients = Array.from(
    { length: scenario.streams },
    (_, i) => new Subscriber(url, topicsFor(i, random)),
  );
  await Promise.all(clients.map((client) => client.connect()));

  const topicsById = new Map<string, string>();
  while (topicsById.size < scenario.events) {
    const size = Math.min(1 + Math.floor(random() * MAX_BATCH), scenario.events - topicsById.size);
    const batch = Array.from({ length: size }, () => ({ topic: randomTopic(random), data: '' }));
    scenario.disturb?.(random);
    const publishing = hub.publish(batch);
    for (let cuts = 0; cuts < CUTS_A_BATCH; cuts++) {
      const client = clients[Math.floor(random() * clients.length)]!;
      if (client.isConnected) client.cut(random() < 0.5 ? 'fin' : 'reset');
      else await client.connect();
    }
    const ids = await publishing;
    for (const [i, id] of ids.entries()) topicsById.set(id, batch[i]!.topic);
    // Let the sockets move: publishing without a break would leave no hand-over to test.
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(clients.filter((client) => !client.isConnected).map((client) => client.connect()));
  const head = hub.stats().head;
  await Promise.all(clients.map((client) => client.reaches(head)));
  for (const client of clients) client.cut('fin');
  return count(clients, [...topicsById]);
}

class Subscriber extends StreamClient {
  readonly patterns: readonly Pattern[];
  resumes = -1;

  constructor(url: string, topics: readonly string[]) {
    super(`${url}/stream?${topics.map((topic) => `topic=${encodeURIComponent(topic)}`).join('&')}`);
    this.patterns = topics.map((topic) => {
      const parsed = parsePattern(topic);
      if ('problem' in parsed) throw new Error(parsed.problem);
      return parsed.pattern;
    });
  }

  override connect(): ReturnType<StreamClient['connect']> {
    this.resumes++;
    return super.connect();
  }
}

function count(clients: readonly Subscriber[], published: readonly (readonly [string, string])[]): Ledger {
  const ledger = { lost: 0, repeated: 0, outOfOrder: 0, stray: 0, gaps: 0, resumes: 0, received: 0 };
  for (const client of clients) {
    const startSeq = parseId(client.cursors[0]!)!.seq;
    const expected = new Set<string>();
    for (const [id, topic] of published) {
      const isWanted = client.patterns.some((pattern) => covers(pattern, { segments: topic.split('/') }));
      if (isWanted && parseId(id)!.seq > startSeq) expected.add(id);
    }
    const seen = new Set<string>();
    let lastSeq = 0;
    for (const { id } of client.events) {
      const { seq } = parseId(id)!;
      if (seen.has(id)) ledger.repeated++;
      else if (seq < lastSeq) ledger.outOfOrder++;
      if (!expected.has(id)) ledger.stray++;
      seen.add(id);
      lastSeq = Math.max(lastSeq, seq);
    }
    for (const id of expected) if (!seen.has(id)) ledger.lost++;
    ledger.gaps += client.controls.filter((control) => control.kind === 'gap').length;
    ledger.resumes += client.resumes;
    ledger.received += client.events.length;
  }
  return ledger;
}

// Most streams follow one topic, some a few, some patterns, which may overlap with each other.
function topicsFor(index: number, random: () => number): string[] {
  const group = `g${index % GROUPS}`;
  if (index % 50 === 0) return ['**'];
  if (index % 10 === 1) return [`${group}/*`, `${group}/t3`, '*/t3'];
  if (index % 10 === 2) return [randomTopic(random), randomTopic(random), randomTopic(random)];
  if (index % 10 === 3) return [`${group}/**`];
  return [randomTopic(random)];
}

function randomTopic(random: () => number): string {
  return `g${Math.floor(random() * GROUPS)}/t${Math.floor(random() * TOPICS_A_GROUP)}`;
}
