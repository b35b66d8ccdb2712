// `holdfast prove SCENARIO`: breaks a hub under load, and proves by what publishers were told and streams saw that nothing
// was lost.

import { writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { styleText } from 'node:util';
import type { Command } from '@commander-js/extra-typings';
import { HoldfastError } from '../base/errors.ts';
import type { ResultRecord, Verdict } from '../load/result.ts';
import { exitCodeOf } from '../load/verdict/verdict.ts';
import { builtInNames, builtInScenario } from '../prove/built-in.ts';
import { runScenario, scenarioUnavailable } from '../prove/run-scenario.ts';
import type { Scenario } from '../prove/scenario-schema.ts';
import { htmlReport } from '../report/html-report.ts';
import { reportDocument } from '../report/report-document.ts';
import { ResultFileReader } from '../report/run-result.ts';
import { textReport } from '../report/text-report.ts';
import { addOptions } from './option-rows.ts';
import { type ProveFlags, readProveArguments, scenarioText } from './prove-arguments.ts';
import { proveOptions } from './prove-options.ts';
import { ResultFileWriter } from './result-file.ts';
import { stopOnSignal } from './run-load.ts';
import { RunProgress } from './run-progress.ts';
import { serveOptions } from './serve-options.ts';
import { usageError } from './usage-failure.ts';

const examples = `
Examples:
  holdfast prove hub-kill
  holdfast prove jitter client-abort --streams 500 --output proof.ndjson --report proof.html
  holdfast prove --all
  holdfast prove mixed --seed 7 --duration 30m --streams 10000
  holdfast prove --show half-open > mine.yaml && holdfast prove mine.yaml
  holdfast prove client-abort --target http://127.0.0.1:9000/sub/{topic} --topic-name 'prove{n}' \\
    --publish-template '{"url": "http://127.0.0.1:9000/pub/{topic}", "body": "{payload}"}'

Exit code 1 when something that has to hold does not, or is not proven; then the seed of random faults is in the result.
`;

export function defineProve(program: Command): void {
  const command = program
    .command('prove')
    .description('break a hub under load, and prove what held')
    .argument('[scenarios...]', 'built-in scenarios, or files');
  addOptions(command, proveOptions)
    .addHelpText('after', examples)
    .action((names, flags) => prove(names, flags, program.version() ?? ''));
}

async function prove(names: readonly string[], flags: ProveFlags, version: string): Promise<void> {
  if (flags.list) {
    for (const name of builtInNames()) {
      const scenario = builtInScenario(name);
      const why = scenarioUnavailable(scenario, hasWorkers());
      const here = why === undefined ? '' : `  (not here: ${why})`;
      process.stdout.write(`${name.padEnd(14)}${scenario.summary}${here}\n`);
    }
    return;
  }
  if (flags.show) {
    for (const name of names) process.stdout.write(scenarioText(name)[0]);
    return;
  }
  const given = flags.all ? builtInNames() : names;
  if (given.length === 0) throw usageError('No scenario is named', 'Name some, or give --all or --list');
  const scenarios = readProveArguments(given, flags);
  await new Proving(flags, version).run(scenarios);
}

class Proving {
  readonly #flags: ProveFlags;
  readonly #version: string;
  readonly #progress = new RunProgress(process.stderr);
  readonly #file: ResultFileWriter | undefined;
  /** Of all runs, for the report at the end. */
  readonly #all = new ResultFileReader('this run');
  readonly #outcomes: (readonly [name: string, verdict: Verdict | undefined, why: string])[] = [];

  constructor(flags: ProveFlags, version: string) {
    this.#flags = flags;
    this.#version = version;
    this.#file = flags.output === undefined ? undefined : new ResultFileWriter(flags.output);
  }

  async run(scenarios: readonly Scenario[]): Promise<void> {
    const stop = stopOnSignal((text) => this.#progress.note(text));
    try {
      for (const scenario of scenarios) {
        if (stop.signal.aborted) break;
        await this.#runOne(scenario, scenarios.length > 1, stop.signal);
      }
    } finally {
      stop.end();
      this.#file?.close();
    }
    this.#writeReport();
    if (scenarios.length > 1) process.stdout.write(this.#overview());
    const outcomes = this.#outcomes.map(([, verdict]) => verdict?.outcome);
    const worst = outcomes.includes('fail')
      ? 'fail'
      : outcomes.every((o) => o === 'pass')
        ? 'pass'
        : 'not proven';
    // With --all, what cannot be run here is no failure; it is said.
    const isWhole = this.#flags.all === true && !outcomes.some((o) => o === 'fail' || o === 'not proven');
    process.exitCode = exitCodeOf(isWhole && outcomes.includes('pass') ? 'pass' : worst);
  }

  async #runOne(scenario: Scenario, isOneOfMany: boolean, signal: AbortSignal): Promise<void> {
    const why = scenarioUnavailable(scenario, hasWorkers());
    if (why !== undefined) {
      if (!isOneOfMany) {
        const help = 'Run where that is there';
        throw new HoldfastError('ERR_FAULT_UNAVAILABLE', `${scenario.name} cannot be run here: ${why}`, help);
      }
      this.#progress.note(`${scenario.name} cannot be run here: ${why}`);
      this.#outcomes.push([scenario.name, undefined, why]);
      return;
    }
    if (isOneOfMany) this.#progress.note(`${scenario.name}: ${scenario.summary}`);
    const own = new ResultFileReader('this run');
    let lastMs = 0;
    const take = (record: ResultRecord) => {
      this.#file?.write(record);
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      own.push(line);
      this.#all.push(line);
      if (record.kind !== 'sample') return;
      this.#progress.sample(record, record.atMs - lastMs);
      lastMs = record.atMs;
    };
    const settings = { version: this.#version, command: commandLine() };
    const hooks = { onRecord: take, onNote: (text: string) => this.#progress.note(text), signal };
    const summary = await runScenario(scenario, settings, hooks);
    this.#progress.clear();
    take(summary);
    this.#outcomes.push([scenario.name, summary.verdict, '']);
    const document = reportDocument([own.finish()], this.#version);
    const text = textReport(document, (style, part) => styleText(style, part, { stream: process.stdout }));
    process.stdout.write(isOneOfMany ? `${text}\n` : text);
  }

  #writeReport(): void {
    const { report } = this.#flags;
    if (report === undefined || this.#outcomes.every(([, verdict]) => verdict === undefined)) return;
    const page = htmlReport(reportDocument([this.#all.finish()], this.#version));
    try {
      writeFileSync(report, page);
    } catch (cause) {
      const why = (cause as NodeJS.ErrnoException).code ?? String(cause);
      throw new HoldfastError('ERR_FILE', `${report} cannot be written: ${why}`, 'Check its name', { cause });
    }
  }

  #overview(): string {
    const lines = this.#outcomes.map(([name, verdict, why]) => {
      const failed = verdict?.checks.find(({ outcome }) => outcome !== 'pass');
      const because = failed === undefined ? why : `${failed.objective}: ${failed.because}`;
      return `  ${name.padEnd(14)}${(verdict?.outcome ?? 'not run').padEnd(12)}${because}`.trimEnd();
    });
    return `Scenarios\n${lines.join('\n')}\n`;
  }
}

/** How this same program is started again: from sources or built. */
function commandLine(): string[] {
  const bin = import.meta.url.endsWith('.ts') ? 'bin.ts' : 'bin.js';
  return [process.execPath, ...process.execArgv, fileURLToPath(new URL(bin, import.meta.url))];
}

/** Whether `holdfast serve` knows workers. */
function hasWorkers(): boolean {
  return serveOptions.some(({ flag }) => (flag as string) === '--workers');
}
