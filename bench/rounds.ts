// Peers take turns at a variant, A B C A B C, each with a server of its own that is started and ended for the turn. What
// goes wrong in a turn is its outcome, and the others go on.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { TurnOutcome, VariantOutcome } from './outcome.ts';
import type { Peer, RunningPeer } from './peers/peer.ts';
import { freePort } from './peers/start-server.ts';
import { CONNECTS_PER_SECOND, type Scenario, type Variant } from './scenario.ts';
import { roundsByPeer } from './tables.ts';
import { judge, targets } from './targets.ts';
import { Turn } from './turn.ts';

const OURS = 'holdfast';
/** A turn may take so many times what it takes usually, and a little: what hangs is ended. */
const PATIENCE = 4;
const GRACE_MS = 60_000;

export interface RoundsPlan {
  readonly rounds: number;
  /** Peers that the plan leaves out here. */
  readonly leftOut: readonly string[];
  /** For raw results. */
  readonly folder: string;
  readonly signal: AbortSignal;
  /** Turns that an earlier part of this run has done. */
  readonly done: readonly TurnOutcome[];
  /** Told at the beginning of each turn. */
  readonly onTurn: (text: string) => void;
  /** What there is after each turn, so that nothing is lost when the next is interrupted. */
  readonly onOutcome: (outcome: VariantOutcome) => void;
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
  const unable = peers
    .filter((peer) => !able.includes(peer))
    .map((peer) => [peer.name, lacks(peer).join(', ')]);
  const turns: TurnOutcome[] = [];
  const outcome = (): VariantOutcome => {
    const { id, title } = variant;
    const rounds = roundsByPeer(
      { turns },
      able.map(({ name }) => name),
    );
    return {
      ...{ scenario, id, title, rounds: plan.rounds, turns },
      unable: Object.fromEntries(unable),
      leftOut: plan.leftOut,
      targets: judge(targets[id] ?? [], OURS, rounds),
    };
  };
  for (let round = 1; round <= plan.rounds; round++) {
    for (const peer of able) {
      const earlier = plan.done.find((turn) => turn.peer === peer.name && turn.round === round);
      if (earlier !== undefined) {
        turns.push(earlier);
        continue;
      }
      plan.onTurn(`${variant.id}, round ${round} of ${plan.rounds}: ${peer.name}`);
      const beganMs = performance.now();
      const turn = await runTurn(peer, variant, round, plan);
      turns.push({ ...turn, seconds: Math.round((performance.now() - beganMs) / 100) / 10 });
      plan.onOutcome(outcome());
    }
  }
  return outcome();
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
    const setting = {
      name: peer.name,
      signal: AbortSignal.any([plan.signal, limit]),
      filePrefix: join(plan.folder, `${variant.id}-${peer.name}-${round}`),
      connectsPerSecond: Math.min(CONNECTS_PER_SECOND, peer.mostConnectsPerSecond ?? CONNECTS_PER_SECOND),
      loopDelayFolder,
    };
    const figures = await variant.measure(new Turn(server, setting, files));
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
