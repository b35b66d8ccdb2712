// Reads `npm run bench -- SCENARIO... --peers a,b --rounds N --quick`, and `--resume FOLDER`. Pure.

import { parseArgs } from 'node:util';
import { didYouMean } from '../src/base/nearest-name.ts';

export interface BenchArguments {
  /** As given; empty: the plan. */
  readonly scenarios: readonly string[];
  /** In the order in which they take turns; undefined: all. */
  readonly peers: readonly string[] | undefined;
  /** Undefined: what the plan says, or what is usual. */
  readonly rounds: number | undefined;
  readonly isQuick: boolean;
  /** The folder of a run that was interrupted; all else is then as it was given to that run. */
  readonly resume: string | undefined;
}

const MOST_ROUNDS = 100;

/** @throws Error in words for whatever cannot be read; nothing is passed over. */
export function parseBenchArguments(
  args: readonly string[],
  known: { readonly scenarios: readonly string[]; readonly peers: readonly string[] },
): BenchArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: {
      peers: { type: 'string' },
      rounds: { type: 'string' },
      quick: { type: 'boolean', default: false },
      resume: { type: 'string' },
    },
    allowPositionals: true,
  });
  for (const name of positionals) checkName('scenario', name, known.scenarios);
  const asked = values.peers?.split(',').map((name) => name.trim());
  for (const name of asked ?? []) checkName('peer', name, known.peers);
  const { rounds, resume } = values;
  if (resume !== undefined && args.length > (args.includes('--resume') ? 2 : 1))
    throw new Error('--resume goes on with a run as it was begun: give nothing beside it');
  if (rounds !== undefined && (!/^\d+$/.test(rounds) || Number(rounds) < 1 || Number(rounds) > MOST_ROUNDS)) {
    throw new Error(`--rounds cannot be ${JSON.stringify(rounds)}: give a number from 1 to ${MOST_ROUNDS}`);
  }
  return {
    scenarios: positionals,
    peers: asked && known.peers.filter((name) => asked.includes(name)),
    rounds: rounds === undefined ? undefined : Number(rounds),
    isQuick: values.quick,
    resume,
  };
}

function checkName(kind: string, name: string, names: readonly string[]): void {
  if (names.includes(name)) return;
  throw new Error(
    `There is no ${kind} ${JSON.stringify(name)}.${didYouMean(name, names)} There are: ${names.join(', ')}`,
  );
}
