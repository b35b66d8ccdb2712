// What a run of the bench came to, as plain data: it is the JSON file, and the tables are made of it.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readMachineFacts } from '../src/load/machine.ts';
import type { MachineFacts } from '../src/load/result.ts';
import type { Figures } from './figures.ts';
import type { TargetOutcome } from './targets.ts';

/** One turn: its figures, or why there are none. */
export interface TurnOutcome {
  readonly peer: string;
  readonly round: number;
  readonly figures?: Figures;
  readonly problem?: string;
  /** How long it took, with starting and stopping the server. */
  readonly seconds?: number;
  /** Raw results, in the folder of the run. */
  readonly files: readonly string[];
}

export interface VariantOutcome {
  readonly scenario: string;
  readonly id: string;
  readonly title: string;
  readonly rounds: number;
  readonly turns: readonly TurnOutcome[];
  /** Peers that cannot do this, with what they lack. */
  readonly unable: Readonly<Record<string, string>>;
  /** Peers that the plan leaves out here, to be done in time. */
  readonly leftOut: readonly string[];
  readonly targets: readonly TargetOutcome[];
}

export interface BenchFacts extends MachineFacts {
  readonly commit: string;
  /** Least, usual and most bytes of a socket's send buffer. */
  readonly tcpWmem: string;
}

export interface BenchOutcome {
  readonly startedAt: string;
  /** When it was taken up again after an interruption. */
  readonly resumedAt: readonly string[];
  readonly arguments: readonly string[];
  readonly facts: BenchFacts;
  /** Peers that cannot be had here, and why. */
  readonly missing: Readonly<Record<string, string>>;
  readonly variants: readonly VariantOutcome[];
}

export function readBenchFacts(): BenchFacts {
  return {
    ...readMachineFacts(),
    commit: readCommit(),
    tcpWmem: readFileSync('/proc/sys/net/ipv4/tcp_wmem', 'utf8').trim().replaceAll(/\s+/g, ' '),
  };
}

/** With `+` behind it when files differ from it; `unknown` outside of a repository. */
function readCommit(): string {
  const git = (...args: string[]) =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  try {
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return `${git('rev-parse', 'HEAD').trim()}${changes === '' ? '' : '+'}`;
  } catch {
    return 'unknown';
  }
}
