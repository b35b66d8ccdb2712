// Which events a filter's text lets through. All of its words must be found somewhere in the event, in any case of
// letters; `-word` must not be; `type:`, `topic:`, `id:` and `data:` look in one place; quotes hold spaces.

import type { ArrivedEvent } from './event-ring.ts';

export type EventFilter = (event: ArrivedEvent) => boolean;

const places = ['type', 'topic', 'id', 'data'] as const;
type Place = (typeof places)[number];

/** Undefined for a text without words: everything passes. */
export function parseFilter(text: string): EventFilter | undefined {
  const tests = Array.from(text.matchAll(/(-?)(?:(type|topic|id|data):)?(?:"([^"]*)"?|(\S+))/g)).flatMap(
    ([, minus, place, quoted, bare]) => {
      const word = quoted ?? bare ?? '';
      return word === '' ? [] : [wordTest(word, place as Place | undefined, minus === '-')];
    },
  );
  return tests.length === 0 ? undefined : (event) => tests.every((passes) => passes(event));
}

function wordTest(word: string, place: Place | undefined, isUnwanted: boolean): EventFilter {
  // Cheaper than lower-casing the data of every event.
  const pattern = new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'iu');
  const lookedIn = place === undefined ? places : [place];
  return (event) => lookedIn.some((name) => pattern.test(event[name])) !== isUnwanted;
}
