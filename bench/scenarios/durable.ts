// What it costs that an event is on disk before its publish is answered, and to find what a client missed in a million.
// Of Holdfast alone: no peer has a log on disk. The floor is the disk's own fsync, measured in the same rounds.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { publishClosed } from '../closed-publishers.ts';
import { type DurableHub, startDurableHub } from '../durable-hub.ts';
import { measureFsync } from '../fsync-floor.ts';
import { readBenchFacts } from '../outcome.ts';
import { type Percentiles, percentilesOf } from '../percentiles.ts';
import { measureResume } from '../resume-client.ts';
import { type Spread, spreadOf } from '../statistics.ts';
import { resultsFolder } from '../tool.ts';

const ROUNDS = 5;
const PAYLOAD_BYTES = 150;
const PUBLISHERS = 4;
const BATCH = 100;
const BATCHES_SECONDS = 8;
const LONE_SECONDS = 4;
const TOPICS = 1000;
const MISSED = 1000;
const FILL_BATCH = 1000;
const RESUMES = 100;
const PATTERN_RESUMES = 20;

interface Row {
  readonly what: string;
  readonly unit: string;
  readonly value: Spread;
  readonly asked?: { readonly text: string; readonly isMet: boolean };
}

export async function durable(signal: AbortSignal): Promise<void> {
  const rows = [...(await publishRows(signal)), ...(await resumeRows(signal))];
  const file = join(resultsFolder, 'durable.json');
  writeFileSync(file, `${JSON.stringify({ facts: readBenchFacts(), rounds: ROUNDS, rows }, undefined, 2)}\n`);
  process.stdout.write(`\n${rows.map(rowText).join('\n')}\n\nResults: ${file}\n`);
}

async function publishRows(signal: AbortSignal): Promise<Row[]> {
  const rounds: { fsync: Percentiles; lone: Percentiles; eventsPerSecond: number }[] = [];
  const hub = await startDurableHub();
  try {
    const plan = { port: hub.port, payloadBytes: PAYLOAD_BYTES, topics: TOPICS };
    for (let round = 0; round < ROUNDS; round++) {
      const fsync = measureFsync(hub.folder);
      const lone = await publishClosed({ ...plan, publishers: 1, batch: 1, seconds: LONE_SECONDS }, signal);
      const batches = await publishClosed(
        { ...plan, publishers: PUBLISHERS, batch: BATCH, seconds: BATCHES_SECONDS },
        signal,
      );
      rounds.push({ fsync, lone: percentilesOf(lone.takenUs), eventsPerSecond: batches.eventsPerSecond });
    }
  } finally {
    await hub.stop();
  }
  const spread = (of: (round: (typeof rounds)[number]) => number) => spreadOf(rounds.map(of))!;
  const events = spread((round) => round.eventsPerSecond);
  const overP50 = spread(({ lone, fsync }) => lone.p50 - fsync.p50);
  const overP99 = spread(({ lone, fsync }) => lone.p99 - fsync.p99);
  const atLeast = (value: Spread, least: number) => ({
    text: `at least ${least}`,
    isMet: value.median >= least,
  });
  return [
    {
      what: `durable, ${PUBLISHERS} publishers, batches of ${BATCH}`,
      unit: 'events/s',
      value: events,
      asked: atLeast(events, 100_000),
    },
    { what: 'fsync of 4 KiB, p50', unit: 'us', value: spread(({ fsync }) => fsync.p50) },
    { what: 'fsync of 4 KiB, p99', unit: 'us', value: spread(({ fsync }) => fsync.p99) },
    { what: 'lone publish, p50', unit: 'us', value: spread(({ lone }) => lone.p50) },
    { what: 'lone publish, p99', unit: 'us', value: spread(({ lone }) => lone.p99) },
    { what: 'lone publish beyond fsync, p50', unit: 'us', value: overP50, asked: atMost(overP50, 1500) },
    { what: 'lone publish beyond fsync, p99', unit: 'us', value: overP99, asked: atMost(overP99, 10_000) },
  ];
}

/** A million events on a thousand topics: each topic has a thousand, evenly among the others. */
async function resumeRows(signal: AbortSignal): Promise<Row[]> {
  const hub = await startDurableHub();
  try {
    const start = await fill(hub, signal);
    const exact = [];
    for (let nth = 0; nth < RESUMES; nth++) {
      signal.throwIfAborted();
      exact.push(await measureResume(hub.port, `topic=bench/${(nth * 37) % TOPICS}`, start, MISSED));
    }
    const patterns = [];
    for (let nth = 0; nth < PATTERN_RESUMES; nth++) {
      signal.throwIfAborted();
      patterns.push(await measureResume(hub.port, `topic=*/${(nth * 37) % TOPICS}`, start, MISSED));
    }
    const firsts = percentilesOf(exact.map(({ firstUs }) => firstUs));
    const lasts = percentilesOf(exact.map(({ lastUs }) => lastUs));
    const whole = (value: number): Spread => ({ median: value, min: value, max: value, rounds: 1 });
    const row = (what: string, value: number, most?: number): Row => ({
      what: `resume of ${MISSED} among ${TOPICS * MISSED}, ${what}`,
      unit: 'us',
      value: whole(value),
      ...(most === undefined ? {} : { asked: atMost(whole(value), most) }),
    });
    return [
      row('exact topic, first event, p50', firsts.p50, 5000),
      row('exact topic, first event, p99', firsts.p99),
      row('exact topic, last event, p50', lasts.p50, 30_000),
      row('exact topic, last event, p99', lasts.p99),
      row('pattern, first event, p50', percentilesOf(patterns.map(({ firstUs }) => firstUs)).p50),
      row('pattern, last event, p50', percentilesOf(patterns.map(({ lastUs }) => lastUs)).p50),
    ];
  } finally {
    await hub.stop();
  }
}

/** Answers the id before the first event. */
async function fill(hub: DurableHub, signal: AbortSignal): Promise<string> {
  const data = 'x'.repeat(PAYLOAD_BYTES);
  const batch = JSON.stringify(
    Array.from({ length: FILL_BATCH }, (_, i) => ({ topic: `bench/${i % TOPICS}`, data })),
  );
  let start = '';
  for (let sent = 0; sent < TOPICS * MISSED; sent += FILL_BATCH) {
    const response = await fetch(`http://127.0.0.1:${hub.port}/publish`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: batch,
      signal,
    });
    const { ids } = (await response.json()) as { ids: string[] };
    if (start === '') start = ids[0]!.replace(/\d+$/, (seq) => String(Number(seq) - 1));
  }
  return start;
}

function atMost(value: Spread, most: number) {
  return { text: `at most ${most}`, isMet: value.median <= most };
}

function rowText({ what, unit, value, asked }: Row): string {
  const round = (amount: number) => Math.round(amount).toLocaleString('en');
  const spread = value.rounds === 1 ? '' : ` (${round(value.min)} to ${round(value.max)})`;
  const judged = asked === undefined ? '' : `  ${asked.isMet ? 'met' : 'MISSED'}: asked ${asked.text}`;
  return `  ${what.padEnd(60)} ${round(value.median).padStart(9)} ${unit}${spread}${judged}`;
}
