// Moments at which a server ended several streams at once.

import type { LogFact } from '../evidence.ts';
import { momentsOfEnds } from './cluster.ts';
import type { Scene } from './scene.ts';
import { isKnown, type Stream } from './stream.ts';

export interface MassEnd {
  readonly address: string;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly streams: readonly Stream[];
  /** Connections to this server that were there at that time, these included. */
  readonly openCount: number;
}

/** Ends of one cause come this close together. */
const ONE_GO_MS = 1000;

/** All moments at which a server ended at least `atLeast` connections, in order of time. */
export function massEnds(scene: Scene, atLeast: number): MassEnd[] {
  const ended = scene.streams.filter(endedByServer);
  return [...Map.groupBy(ended, ({ flow }) => flow.server.address)]
    .flatMap(([address, streams]) =>
      momentsOfEnds(streams, ONE_GO_MS)
        .filter((group) => new Set(group.map(({ flow }) => flow)).size >= atLeast)
        .map((group) => massEnd(address, group, scene)),
    )
    .sort((a, b) => a.fromMs - b.fromMs);
}

function massEnd(address: string, streams: readonly Stream[], scene: Scene): MassEnd {
  const fromMs = streams[0]!.end.atMs;
  const own = new Set(streams.map(({ flow }) => flow));
  const others = new Set(
    scene.streams
      .filter(({ flow, end, phase }) => {
        const isThere = flow.firstMs < fromMs && end.atMs > fromMs && phase !== 'connect';
        return flow.server.address === address && isThere && !own.has(flow);
      })
      .map(({ flow }) => flow),
  );
  return {
    address,
    fromMs,
    untilMs: streams.at(-1)!.end.atMs,
    streams,
    openCount: own.size + others.size,
  };
}

function endedByServer(stream: Stream): boolean {
  const { end, normal, phase } = stream;
  if (normal !== undefined || phase === 'connect' || !isKnown(stream)) return false;
  const isClosed = end.kind === 'fin' || end.kind === 'rst' || end.kind === 'stream-reset';
  return (isClosed && end.by === 'server' && end.trigger === undefined) || end.kind === 'silence';
}

/** Lines that were written between so long before a moment and so long after it. */
export function linesAround(
  lines: readonly LogFact[],
  atMs: number,
  beforeMs: number,
  afterMs: number,
): LogFact[] {
  return lines.filter(
    (line) => line.atMs !== undefined && line.atMs >= atMs - beforeMs && line.atMs <= atMs + afterMs,
  );
}
