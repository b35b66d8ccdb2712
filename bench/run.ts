// npm run bench -- [SCENARIO...] [--peers a,b] [--rounds N] [--quick]
// npm run bench -- --resume FOLDER
//
// Without a scenario: the plan, which has something of all that compare peers. A few others are about the tool or about
// one thing, and run only by name.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BenchArguments, parseBenchArguments } from './bench-arguments.ts';
import { factsMarkdown, variantMarkdown } from './markdown.ts';
import { readBenchFacts, type VariantOutcome } from './outcome.ts';
import type { Peer } from './peers/peer.ts';
import { peers } from './peers/registry.ts';
import { ResultFolder } from './result-folder.ts';
import { runVariant } from './rounds.ts';
import { capture } from './scenarios/capture.ts';
import { ceiling } from './scenarios/ceiling.ts';
import { durable } from './scenarios/durable.ts';
import { fiftyOneThousand } from './scenarios/fifty-one-thousand.ts';
import { foreign } from './scenarios/foreign.ts';
import { heap } from './scenarios/heap.ts';
import { loadSelf } from './scenarios/load-self.ts';
import { manyStreams } from './scenarios/many-streams.ts';
import { scenarios } from './scenarios/registry.ts';
import { type Selected, secondsOf, select } from './selection.ts';
import { targetText, variantText } from './tables.ts';
import { resultsFolder, runTool } from './tool.ts';

const byName: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> = {
  'load-self': loadSelf,
  'many-streams': manyStreams,
  foreign,
  heap,
  durable,
  capture,
  '51k': fiftyOneThousand,
  ceiling,
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
  const known = {
    scenarios: [...scenarios.map(({ name }) => name), ...Object.keys(byName)],
    peers: peers.map(({ name }) => name),
  };
  const asked = parseBenchArguments(args, known);
  const { resume } = asked;
  // With the arguments of the run that it goes on with.
  const given =
    resume === undefined
      ? asked
      : {
          ...parseBenchArguments(ResultFolder.resume(resume, readBenchFacts()).outcome.arguments, known),
          resume,
        };
  for (const name of given.scenarios) await byName[name]?.(stop.signal);
  if (given.scenarios.length === 0 || given.scenarios.some((name) => byName[name] === undefined))
    await compare(given, args);
}

async function compare(given: BenchArguments, args: readonly string[]): Promise<void> {
  const selected = select(
    given,
    scenarios,
    peers.map(({ name }) => name),
  );
  if (selected.length === 0) return;
  const wanted = peers.filter(({ name }) => selected.some((row) => row.peers.includes(name)));
  const { present, missing } = findPeers(wanted);
  const facts = readBenchFacts();
  const folder =
    given.resume === undefined
      ? ResultFolder.create(resultsFolder, { arguments: args, facts, missing })
      : ResultFolder.resume(given.resume, facts);
  say(
    `About ${Math.ceil(secondsOf(selected, present) / 60)} minutes in all. Other work on the machine shows in the numbers. Results: ${folder.path}`,
  );
  try {
    for (const row of selected) {
      await measure(row, present, folder);
      writeTables(selected, present, folder);
    }
  } catch (error) {
    if (stop.signal.aborted) say(`To go on: npm run bench -- --resume ${folder.path}`);
    throw error;
  }
  const { variants } = folder.outcome;
  process.stdout.write(`${closingText(variants, missing)}\nResults: ${folder.path}\n`);
  const isOursBroken = variants.some(({ turns }) =>
    turns.some(({ peer, problem }) => peer === 'holdfast' && problem !== undefined),
  );
  if (isOursBroken) process.exitCode = 1;
}

async function measure(
  { scenario, variant, rounds, peers: names, leftOut }: Selected,
  present: readonly Peer[],
  folder: ResultFolder,
): Promise<void> {
  const taking = present.filter(({ name }) => names.includes(name));
  const outcome = await runVariant(scenario, variant, taking, {
    ...{ rounds, leftOut, folder: folder.path, signal: stop.signal, onTurn: say },
    done: folder.doneOf(variant.id),
    onOutcome: (soFar) => folder.keep(soFar),
  });
  folder.keep(outcome);
  const order = taking.map(({ name }) => name);
  process.stdout.write(`\n${variantText(outcome, variant.columns, order)}\n\n`);
  await writeReport(outcome, folder.path);
}

/** The tables of all that is measured by now, for a document. */
function writeTables(
  selected: readonly Selected[],
  present: readonly Peer[],
  { path, outcome }: ResultFolder,
): void {
  const tables = selected.flatMap(({ variant: { id, columns }, peers: names }) => {
    const measured = outcome.variants.find((variant) => variant.id === id);
    const order = present.map(({ name }) => name).filter((name) => names.includes(name));
    return measured === undefined ? [] : [variantMarkdown(measured, columns, order)];
  });
  writeFileSync(join(path, 'result.md'), `${[factsMarkdown(outcome), ...tables].join('\n')}\n`);
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
