// Runs the built `holdfast load` and `holdfast report` as a person would, never for longer than they should take.

import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { OwnProcess } from './own-processes.ts';
import type { RunningPeer, Wanted } from './peers/peer.ts';

const bin = fileURLToPath(new URL('../dist/cli/bin.js', import.meta.url));

/** Where raw results go; not in the repository. */
export const resultsFolder = fileURLToPath(new URL('results/', import.meta.url));

export interface ToolLimits {
  readonly signal: AbortSignal;
  /** Its output goes to the terminal. */
  readonly isShown?: boolean;
}

/** Rejects when the tool fails, and when the signal ends it. */
export async function runTool(args: readonly string[], { signal, isShown }: ToolLimits): Promise<void> {
  signal.throwIfAborted();
  const tool = new OwnProcess(process.execPath, [bin, ...args], { isShown: isShown ?? false });
  const stop = () => void tool.stop();
  signal.addEventListener('abort', stop, { once: true });
  const end = await tool.ended;
  signal.removeEventListener('abort', stop);
  signal.throwIfAborted();
  // 1 is a verdict, not a failure of the bench.
  if (tool.code !== 0 && tool.code !== 1) throw new Error(`holdfast ${args[0]} ${end}`);
}

/** The arguments of a load of the peer; without `rate` nothing is published. */
export function loadArguments(
  { urlFor, pid, publish, topicName }: RunningPeer,
  wanted: Wanted,
  options: readonly string[],
  output: string,
): string[] {
  mkdirSync(dirname(output), { recursive: true });
  const { isBatched, url, ...template } = publish;
  const publishes = isBatched
    ? ['--publish', url]
    : ['--publish-template', JSON.stringify({ url, ...template })];
  return [
    'load',
    urlFor(wanted),
    ...['--pid', String(pid), '--topic-name', topicName],
    ...(options.includes('--rate') ? publishes : []),
    ...options,
    ...['--output', output],
  ];
}
