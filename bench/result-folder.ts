// The folder of one run: result.json, written after each turn, and what an earlier part of the run has left in it.

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BenchFacts, BenchOutcome, TurnOutcome, VariantOutcome } from './outcome.ts';

export class ResultFolder {
  readonly path: string;
  #outcome: BenchOutcome;

  private constructor(path: string, outcome: BenchOutcome) {
    this.path = path;
    this.#outcome = outcome;
  }

  static create(parent: string, given: Pick<BenchOutcome, 'arguments' | 'facts' | 'missing'>): ResultFolder {
    const startedAt = new Date().toISOString();
    const path = join(parent, startedAt.replaceAll(/[:.]/g, '-'));
    mkdirSync(path, { recursive: true });
    return new ResultFolder(path, { startedAt, resumedAt: [], ...given, variants: [] });
  }

  /** @throws Error when it is not there, or was measured on another machine or with another commit. */
  static resume(path: string, facts: BenchFacts): ResultFolder {
    const file = join(path, 'result.json');
    if (!existsSync(file))
      throw new Error(`${path} holds no result.json: give the folder that an earlier run named`);
    const outcome = JSON.parse(readFileSync(file, 'utf8')) as BenchOutcome;
    for (const name of ['commit', 'cpuModel', 'cpus', 'kernel', 'node', 'tcpWmem'] as const) {
      if (outcome.facts[name] === facts[name]) continue;
      throw new Error(
        `${path} was measured with the ${name} ${outcome.facts[name]}, and now it is ${facts[name]}: begin a new run`,
      );
    }
    const resumedAt = [...(outcome.resumedAt ?? []), new Date().toISOString()];
    return new ResultFolder(path, { ...outcome, resumedAt });
  }

  get outcome(): BenchOutcome {
    return this.#outcome;
  }

  /** Turns of a variant that are done. */
  doneOf(id: string): readonly TurnOutcome[] {
    return this.#outcome.variants.find((variant) => variant.id === id)?.turns ?? [];
  }

  /** What a variant has come to by now, in the place of what it had. */
  keep(variant: VariantOutcome): void {
    const { variants } = this.#outcome;
    const at = variants.findIndex(({ id }) => id === variant.id);
    this.#outcome = {
      ...this.#outcome,
      variants: at === -1 ? [...variants, variant] : variants.with(at, variant),
    };
    // Whole or not at all: an interruption may come at any time.
    const file = join(this.path, 'result.json');
    writeFileSync(`${file}.new`, `${JSON.stringify(this.#outcome, undefined, 2)}\n`);
    renameSync(`${file}.new`, file);
  }
}
