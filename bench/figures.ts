// What is measured: the figures that scenarios answer, how they are called and written. Only here are their names.

import type { Unit } from '../src/report/quantity.ts';

interface FigureKind {
  readonly label: string;
  readonly unit: Unit | 'times';
  /** Tables have Holdfast's ratio to each peer beside it. */
  readonly isCompared?: true;
}

export const figureTable = {
  privateBytesPerStream: { label: 'private a stream', unit: 'bytes', isCompared: true },
  kernelBytesPerStream: { label: 'kernel a stream', unit: 'bytes' },
  basePrivateBytes: { label: 'private before', unit: 'bytes' },
  peakPrivateBytes: { label: 'private at most', unit: 'bytes', isCompared: true },
  fastLaneShare: { label: 'fast lane', unit: 'share' },
  deliveriesPerSecond: { label: 'deliveries', unit: 'perSecond', isCompared: true },
  eventsPerSecond: { label: 'events', unit: 'perSecond' },
  cpuUsPerEvent: { label: 'CPU an event', unit: 'us', isCompared: true },
  p50Us: { label: 'p50', unit: 'us' },
  p99Us: { label: 'p99', unit: 'us', isCompared: true },
  lost: { label: 'lost', unit: 'count' },
  repeated: { label: 'repeated', unit: 'count' },
  outOfOrder: { label: 'out of order', unit: 'count' },
  toolCores: { label: 'tool', unit: 'cores' },
  connectP99Us: { label: 'connect p99', unit: 'us' },
  stormUs: { label: 'all connected', unit: 'us', isCompared: true },
  cpuUsPerConnect: { label: 'CPU a stream', unit: 'us' },
  resumeUs: { label: 'all resumed', unit: 'us', isCompared: true },
  resumeOfConnect: { label: 'of connecting', unit: 'times' },
  loopDelayP99Us: { label: 'loop delay p99', unit: 'us' },
  loopDelayMaxUs: { label: 'loop delay max', unit: 'us' },
  headP50Us: { label: 'newcomer p50', unit: 'us' },
  headP99Us: { label: 'newcomer p99', unit: 'us', isCompared: true },
} as const satisfies Readonly<Record<string, FigureKind>>;

export type FigureName = keyof typeof figureTable;

/** What one turn of a peer came to; a figure that was not there is absent, never 0. */
export type Figures = Readonly<Partial<Record<FigureName, number>>>;
