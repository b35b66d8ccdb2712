// Loads the minimal server, with the report on the terminal: for what is about the tool and not about a peer.

import { startMinimal } from './peers/minimal/peer.ts';
import { freePort } from './peers/start-server.ts';
import { loadArguments, resultsFolder, runTool } from './tool.ts';

export async function loadMinimal(
  name: string,
  workers: number,
  options: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const peer = await startMinimal(await freePort(), workers);
  try {
    const args = loadArguments(peer, 'own topic', options, `${resultsFolder}${name}.ndjson`);
    await runTool(args, { signal, isShown: true });
  } finally {
    await peer.stop();
  }
}
