// A whole report as data: one section for each run, and what compares them. The formats only write it out.

import { redactText } from '../base/redact.ts';
import { type Comparison, compareRuns, type Peer, peersOf } from './comparison.ts';
import type { ResultFile, RunResult } from './run-result.ts';
import { type RunSection, runSection } from './run-section.ts';

export interface ReportDocument {
  readonly title: string;
  /** The version of Holdfast that made the report. */
  readonly version: string;
  readonly results: readonly RunResult[];
  readonly sections: readonly RunSection[];
  readonly peers: readonly Peer[];
  /** Absent for a single run. */
  readonly comparison: Comparison | undefined;
}

/** @throws RangeError when the files hold no run at all. */
export function reportDocument(files: readonly ResultFile[], version: string): ReportDocument {
  const results = files.flatMap((file) => file.runs);
  if (results.length === 0) throw new RangeError('Expected at least one run to report');
  const peers = peersOf(results, peerName);
  const names = runNames(peers);
  // What was wrong with a file is said once, at its first run.
  const problemsOf = new Map(files.map((file) => [file.runs[0], file.problems]));
  const none = { count: 0, first: [] };
  return {
    title: titleOf(results, peers),
    version,
    results,
    sections: results.map((result, i) => runSection(result, names[i]!, problemsOf.get(result) ?? none)),
    peers,
    comparison: results.length > 1 ? compareRuns(results, peers) : undefined,
  };
}

function peerName({ label, run, source }: RunResult): string {
  if (label !== undefined) return label;
  if (run === undefined || run.url === '') return source;
  return redactText(run.url).replace(/^https?:\/\//, '');
}

function runNames(peers: readonly Peer[]): string[] {
  const names: string[] = [];
  for (const { name, rounds } of peers) {
    for (const [i, run] of rounds.entries())
      names[run] = rounds.length === 1 ? name : `${name}, round ${i + 1}`;
  }
  return names;
}

function titleOf(results: readonly RunResult[], peers: readonly Peer[]): string {
  const tool = `holdfast ${results[0]!.run?.tool ?? 'load'}`;
  if (peers.length === 1) return `${tool}: ${peers[0]!.name}`;
  return peers.length <= 4 ? peers.map((peer) => peer.name).join(' vs ') : `${tool}: ${peers.length} peers`;
}
