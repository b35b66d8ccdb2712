// S11: a rollout or scale-down: server after server loses all its streams.

import { type MassEnd, massEnds } from '../timeline/mass-ends.ts';
import { logFacts, type Scene } from '../timeline/scene.ts';
import type { Claim, Rule } from './rule.ts';
import { count, endPoint, refsOf, timeText } from './words.ts';

const facts = ['ScalingReplicaSet', 'SuccessfulDelete', 'SuccessfulRescale'];
const MIN_STREAMS = 2;
const MIN_SERVERS = 2;
/** Servers of one rollout follow each other, neither at once nor hours later. */
const BETWEEN_MS = { min: 2000, max: 600_000 } as const;

export const s11Rollout: Rule = {
  id: 'S11',
  page: {
    title: 'rollout or scale-down',
    what: 'A deploy or an autoscaler takes server after server away. Each loses all its streams at one moment, and their clients come back together a few seconds later, on the others.',
    wire: 'S08 or S09 on one address after the other, each followed by a wave of connects.',
    elsewhere: 'Events ScalingReplicaSet, SuccessfulRescale.',
    apart: 'S08 on one address alone. S28: everything behind one node.',
    help: [
      'End streams one by one with jitter before the pod goes, maxSurge 1 and maxUnavailable 0, and slow scale-down (one pod in 5 minutes).',
    ],
    sources: [{ text: 'Kubernetes Deployment and HorizontalPodAutoscaler', verified: false }],
  },
  needs: ['capture', 'log'],
  apartFrom: ['S08', 'S28'],
  claims: (scene) => {
    const ends = massEnds(scene, MIN_STREAMS).filter(
      ({ streams, openCount }) => streams.length >= openCount * 0.9,
    );
    const series = seriesOf(ends);
    return series.length < MIN_SERVERS ? [] : [claim(series, scene)];
  },
};

function seriesOf(ends: readonly MassEnd[]): MassEnd[] {
  const series: MassEnd[] = [];
  for (const end of ends) {
    const last = series.at(-1);
    const betweenMs = last === undefined ? BETWEEN_MS.min : end.fromMs - last.fromMs;
    const isNew = series.every(({ address }) => address !== end.address);
    if (isNew && betweenMs >= BETWEEN_MS.min && betweenMs <= BETWEEN_MS.max) series.push(end);
  }
  return series;
}

function claim(series: readonly MassEnd[], scene: Scene): Claim {
  const streams = series.flatMap((end) => end.streams);
  const lines = logFacts(scene, ...facts);
  return {
    level: 'cause',
    sureness: lines.length > 0 ? 'sure' : series.length >= 3 ? 'likely' : 'possible',
    detail: count(series.length, 'server'),
    summary: `${count(series.length, 'server')} lost all their streams one after the other, over ${timeText(series.at(-1)!.fromMs - series[0]!.fromMs)}.`,
    streams,
    why: [
      ...series
        .slice(0, 4)
        .map((end) =>
          endPoint(
            end.streams,
            `${count(end.streams.length, 'stream')} of ${end.address} ended at one moment`,
          ),
        ),
      ...(lines.length > 0 ? [{ text: `logged: ${lines[0]!.text.slice(0, 120)}`, refs: refsOf(lines) }] : []),
    ],
    help: [
      'end streams one by one with jitter before a server goes',
      'maxSurge 1, maxUnavailable 0, slow scale-down',
    ],
    more: lines.length > 0 ? [] : ['was there a deploy or a scale-down at that time?'],
  };
}
