// The same load on servers that are not ours, in turn, three rounds; a peer that is not here is said to be missing.

import { load, report, resultFile } from '../load-command.ts';
import { type RunningPeer, startBetterSse, startNchan } from '../peer-process.ts';

const ROUNDS = 3;
const LOAD = ['--streams', '1000', '--ramp', '2s', '--duration', '15s', '--rate', '20/s', '--churn', '20/s'];

const peers: Readonly<Record<string, (port: number) => Promise<RunningPeer>>> = {
  nchan: startNchan,
  'better-sse': startBetterSse,
};

export async function foreign(): Promise<void> {
  const files: string[] = [];
  const missing = new Set<string>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const [index, [name, start]] of Object.entries(peers).entries()) {
      if (missing.has(name)) continue;
      try {
        const peer = await start(9120 + index);
        files.push(
          `${name}=${await load(`foreign-${name}-${round}`, peer, LOAD).finally(() => peer.stop())}`,
        );
      } catch (error) {
        missing.add(name);
        process.stderr.write(`Missing peer ${name}: ${(error as Error).message}\n`);
      }
    }
  }
  if (files.length === 0) throw new Error('No peer could be measured');
  await report(files);
  await report(files, ['--output', resultFile('foreign.html')]);
  await report(files, ['--output', resultFile('foreign.md')]);
}
