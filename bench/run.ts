// npm run bench -- [SCENARIO...] [--peers a,b] [--rounds N] [--quick]
//
// Without a scenario: all that compare peers. A few others are about the tool or about one thing, and run only by name.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchArguments, parseBenchArguments } from './bench-arguments.ts';
import { type BenchOutcome, readBenchFacts, type VariantOutcome } from './outcome.ts';
import type { Peer } from './peers/peer.ts';
import { peers } from './peers/registry.ts';
import { runVariant } from './rounds.ts';
import type { Scenario, Variant } from './scenario.ts';
import { durable } from './scenarios/durable.ts';
import { foreign } from './scenarios/foreign.ts';
import { heap } from './scenarios/heap.ts';
import { loadSelf } from './scenarios/load-self.ts';
import { manyStreams } from './scenarios/many-streams.ts';
import { scenarios } from './scenarios/registry.ts';
import { targetText, variantText } from './tables.ts';
import { resultsFolder, runTool } from './tool.ts';

const quickPeers = ['holdfast', 'epoll-c', 'go-net-http', 'nchan', 'better-sse', 'node-http'];

const byName: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> = {
  'load-self': loadSelf,
  'many-streams': manyStreams,
  foreign,
  heap,
  durable,
};

const stop = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    say('Ending: servers and the load are being stopped; once more ends at once');
    stop.abort(new Error(`ended by ${signal}`));
    // What is running is killed as the process exits.
    process.on(signal, () => process.exit(130));
  });
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  say((error as Error).message);
  process.exitCode = stop.signal.aborted ? 130 : 2;
}

async function main(args: readonly string[]): Promise<void> {
  const given = parseBenchArguments(args, {
    scenarios: [...scenarios.map(({ name }) => name), ...Object.keys(byName)],
    peers: peers.map(({ name }) => name),
  });
  for (const name of given.scenarios) await byName[name]?.(stop.signal);
  const chosen = chooseVariants(given);
  if (chosen.length > 0) await compare(chosen, given, args);
}

function chooseVariants({ scenarios: names, isQuick }: BenchArguments): [Scenario, Variant][] {
  const wanted = scenarios.filter(({ name }) => names.length === 0 || names.includes(name));
  return wanted.flatMap((scenario) => {
    // Asked for by name, a scenario that has nothing quick runs as it is.
    const quick = scenario.quick ?? (names.length === 0 ? [] : scenario.variants);
    return (isQuick ? quick : scenario.variants).map((variant): [Scenario, Variant] => [scenario, variant]);
  });
}

async function compare(
  chosen: readonly [Scenario, Variant][],
  { peers: names, rounds, isQuick }: BenchArguments,
  args: readonly string[],
): Promise<void> {
  const wanted = names ?? (isQuick ? quickPeers : peers.map(({ name }) => name));
  const { present, missing } = findPeers(peers.filter(({ name }) => wanted.includes(name)));
  const startedAt = new Date().toISOString();
  const folder = join(resultsFolder, startedAt.replaceAll(/[:.]/g, '-'));
  mkdirSync(folder, { recursive: true });
  const seconds = chosen.reduce((sum, [, { seconds }]) => sum + seconds, 0) * present.length * rounds;
  say(
    `About ${Math.ceil(seconds / 60)} minutes. Other work on the machine shows in the numbers. Results: ${folder}`,
  );
  const facts = readBenchFacts();
  const variants: VariantOutcome[] = [];
  for (const [scenario, variant] of chosen) {
    const plan = { rounds, folder, signal: stop.signal, onTurn: say };
    const outcome = await runVariant(scenario, variant, present, plan);
    variants.push(outcome);
    const order = present.map(({ name }) => name);
    process.stdout.write(`\n${variantText(outcome, variant.columns, order)}\n\n`);
    // After each, so that what was measured is there when the next is interrupted.
    const result: BenchOutcome = { startedAt, arguments: args, rounds, facts, missing, variants };
    writeFileSync(join(folder, 'result.json'), `${JSON.stringify(result, undefined, 2)}\n`);
    await writeReport(outcome, folder);
  }
  process.stdout.write(`${closingText(variants, missing)}\nResults: ${folder}\n`);
  const isOursBroken = variants.some(({ turns }) =>
    turns.some(({ peer, problem }) => peer === 'holdfast' && problem !== undefined),
  );
  if (isOursBroken) process.exitCode = 1;
}

function findPeers(wanted: readonly Peer[]): { present: Peer[]; missing: Record<string, string> } {
  const missing: Record<string, string> = {};
  const present = wanted.filter((peer) => {
    const reason = peer.missing();
    if (reason !== undefined) {
      missing[peer.name] = reason;
      say(`Missing peer ${peer.name}: ${reason}`);
    }
    return reason === undefined;
  });
  if (present.length === 0) throw new Error('No peer can be measured here');
  return { present, missing };
}

/** The runs of a variant as one HTML page, Holdfast first. */
async function writeReport({ id, turns }: VariantOutcome, folder: string): Promise<void> {
  const runs = turns.flatMap(({ peer, files }) => files.map((file) => `${peer}=${join(folder, file)}`));
  if (runs.length === 0) return;
  await runTool(['report', ...runs, '--output', join(folder, `${id}.html`)], { signal: stop.signal });
}

function closingText(variants: readonly VariantOutcome[], missing: Readonly<Record<string, string>>): string {
  const judged = variants.flatMap(({ id, targets }) =>
    targets.map((target) => `${id}: ${targetText(target)}`),
  );
  const lines = [
    ...Object.entries(missing).map(([name, reason]) => `Missing peer ${name}: ${reason}`),
    ...judged,
  ];
  return lines.join('\n');
}

function say(text: string): void {
  process.stderr.write(`${text}\n`);
}
