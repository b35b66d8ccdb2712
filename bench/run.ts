// npm run bench -- SCENARIO

import { foreign } from './scenarios/foreign.ts';
import { loadSelf } from './scenarios/load-self.ts';
import { manyStreams } from './scenarios/many-streams.ts';

const scenarios: Readonly<Record<string, (signal: AbortSignal) => Promise<void>>> = {
  'load-self': loadSelf,
  'many-streams': manyStreams,
  foreign,
};

const name = process.argv[2] ?? '';
const scenario = scenarios[name];
if (scenario === undefined) {
  process.stderr.write(
    `Unknown scenario ${JSON.stringify(name)}. There are: ${Object.keys(scenarios).join(', ')}\n`,
  );
  process.exitCode = 2;
} else {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => stop.abort(new Error(`ended by ${signal}`)));
  }
  await scenario(stop.signal);
}
