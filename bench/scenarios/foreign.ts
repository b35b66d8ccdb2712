// The same load on servers that are not ours, in turn, three rounds; a peer that is not here is said to be missing.

import { betterSse } from '../peers/better-sse/peer.ts';
import { nchan } from '../peers/nchan/peer.ts';
import { freePort } from '../peers/start-server.ts';
import { loadArguments, resultsFolder, runTool } from '../tool.ts';

const ROUNDS = 3;
const STREAMS = 1000;
const LOAD = [
  ...['--streams', String(STREAMS), '--ramp', '2s', '--duration', '15s'],
  ...['--rate', '20/s', '--churn', '20/s'],
];

export async function foreign(signal: AbortSignal): Promise<void> {
  const files: string[] = [];
  const present = [nchan, betterSse].filter(({ name, missing }) => {
    const reason = missing();
    if (reason !== undefined) process.stderr.write(`Missing peer ${name}: ${reason}\n`);
    return reason === undefined;
  });
  if (present.length === 0) throw new Error('No peer could be measured');
  for (let round = 1; round <= ROUNDS; round++) {
    for (const { name, start } of present) {
      const output = `${resultsFolder}foreign-${name}-${round}.ndjson`;
      const peer = await start(await freePort(), { streams: STREAMS, keepsHistory: true });
      const args = loadArguments(peer, 'own topic', LOAD, output);
      await runTool(args, { signal, isShown: true }).finally(() => peer.stop());
      files.push(`${name}=${output}`);
    }
  }
  const shown = { signal, isShown: true };
  await runTool(['report', ...files], shown);
  for (const ending of ['html', 'md']) {
    await runTool(['report', ...files, '--output', `${resultsFolder}foreign.${ending}`], shown);
  }
}
