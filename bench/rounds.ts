// Peers take turns at a variant, A B C A B C, each with a server of its own that is started and ended for the turn. What
// goes wrong in a turn is its outcome, and the others go on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TurnOutcome, VariantOutcome } from './outcome.ts';
import type { Peer, RunningPeer } from './peers/peer.ts';
import { freePort } from './peers/start-server.ts';
import type { Scenario, Variant } from './scenario.ts';
import { roundsByPeer } from './tables.ts';
import { judge, targets } from './targets.ts';
import { Turn } from './turn.ts';

const OURS = 'holdfast';
/** A turn may take so many times what it takes usually, and a little: what hangs is ended. */
const PATIENCE = 4;
const GRACE_MS = 60_000;

export interface RoundsPlan {
  readonly rounds: number;
  /** For raw results. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Told at the beginning of each turn. */
  readonly onTurn: (text: string) => void;
}

/** All rounds of a variant. @throws the signal's reason when it is aborted. */
export async function runVariant(
  { name: scenario }: Scenario,
  variant: Variant,
  peers: readonly Peer[],
  plan: RoundsPlan,
): Promise<VariantOutcome> {
  const lacks = (peer: Peer) => (variant.needs ?? []).filter((power) => !peer.powers.includes(power));
  const able = peers.filter((peer) => lacks(peer).length === 0);
  const turns: TurnOutcome[] = [];
  for (let round = 1; round <= plan.rounds; round++) {
    for (const peer of able) {
      plan.onTurn(`${variant.id}, round ${round} of ${plan.rounds}: ${peer.name}`);
      turns.push(await runTurn(peer, variant, round, plan));
    }
  }
  const unable = peers
    .filter((peer) => !able.includes(peer))
    .map((peer) => [peer.name, lacks(peer).join(', ')]);
  const { id, title } = variant;
  const rounds = roundsByPeer(
    { turns },
    able.map(({ name }) => name),
  );
  return {
    scenario,
    id,
    title,
    turns,
    unable: Object.fromEntries(unable),
    targets: judge(targets[id] ?? [], OURS, rounds),
  };
}

async function runTurn(peer: Peer, variant: Variant, round: number, plan: RoundsPlan): Promise<TurnOutcome> {
  const who = { peer: peer.name, round };
  const limitMs = variant.seconds * 1000 * PATIENCE + GRACE_MS;
  const limit = AbortSignal.timeout(limitMs);
  const loopDelayFolder =
    variant.asksLoopDelay && peer.powers.includes('loop-delay')
      ? mkdtempSync(join(tmpdir(), 'holdfast-bench-loop-'))
      : undefined;
  const { streams, keepsHistory = false } = variant;
  let server: RunningPeer | undefined;
  const files: string[] = [];
  try {
    server = await peer.start(await freePort(), { streams, keepsHistory, loopDelayFolder });
    const prefix = join(plan.folder, `${variant.id}-${peer.name}-${round}`);
    const turn = new Turn(server, AbortSignal.any([plan.signal, limit]), prefix, loopDelayFolder, files);
    const figures = await variant.measure(turn);
    // Also where the figures came out: a server that is gone by then did not serve to the end.
    if (server.end !== undefined) throw new Error('the server is gone');
    return { ...who, figures, files: named(files) };
  } catch (error) {
    plan.signal.throwIfAborted();
    return { ...who, problem: problemOf(error as Error, server, limit, limitMs), files: named(files) };
  } finally {
    await server?.stop();
    if (loopDelayFolder !== undefined) rmSync(loopDelayFolder, { recursive: true, force: true });
  }
}

/** The folder is told once. */
const named = (files: readonly string[]) => files.map((file) => basename(file));

function problemOf(
  error: Error,
  server: RunningPeer | undefined,
  limit: AbortSignal,
  limitMs: number,
): string {
  if (server?.end !== undefined) return `crashed: it ${server.end}`;
  if (limit.aborted) return `it took longer than ${limitMs / 1000} s and was ended`;
  return error.message;
}
