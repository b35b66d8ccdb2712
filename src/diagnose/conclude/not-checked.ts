// What could not be looked at, since it was not given.

import type { Need, Rule } from '../rules/rule.ts';
import type { Scene } from '../timeline/scene.ts';

const missing: Readonly<Record<Need, string>> = {
  capture: 'no capture was given',
  'two captures': 'there is no second capture of the same connections',
  log: 'no logs or events were given',
  'host counters': 'no counters of a host were given',
};

export function notChecked(scene: Scene, rules: readonly Rule[]): string[] {
  const { sources } = scene.evidence;
  const given = new Set<Need>();
  if (sources.some(({ kind }) => kind === 'capture')) given.add('capture');
  if (scene.pairs.length > 0) given.add('two captures');
  if (sources.some(({ kind }) => kind === 'log')) given.add('log');
  if (sources.some(({ kind }) => kind === 'host')) given.add('host counters');
  const byNeed = new Map<Need, Rule[]>();
  for (const rule of rules) {
    if (rule.needs.some((need) => given.has(need))) continue;
    const need = rule.needs[0]!;
    byNeed.set(need, [...(byNeed.get(need) ?? []), rule]);
  }
  const lines = [...byNeed].map(([need, of]) => {
    const names = of.map(({ id, page }) => `${id} ${page.title}`).sort();
    return `${missing[need]}, so not looked for: ${names.join('; ')}`;
  });
  const weaker = (['two captures', 'host counters'] as const).filter(
    (need) => !given.has(need) && !byNeed.has(need),
  );
  if (given.has('capture'))
    lines.push(
      ...weaker.map((need) => `${missing[need]}: who sent a packet and why is judged by its form alone`),
    );
  const holes = scene.evidence.flows.some(
    ({ halves }) => halves.client.missingBytes + halves.server.missingBytes > 0,
  );
  if (holes) lines.push('packets are missing in the capture: a response with holes is not called cut');
  return lines;
}
