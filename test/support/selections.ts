// Selections for tests of the log, made without the hub's patterns.

import type { Selection } from '../../src/log/event-log.ts';

export const everything: Selection = { exactTopics: new Set(), hasPatterns: true, matches: () => true };

/** Exact topics only: what an engine may answer from an index. */
export function topics(...wanted: string[]): Selection {
  const exactTopics = new Set(wanted);
  return { exactTopics, hasPatterns: false, matches: (topic) => exactTopics.has(topic) };
}

/** Some exact topics and everything that begins with a prefix: what an engine has to scan for. */
export function topicsAndPrefix(wanted: readonly string[], prefix: string): Selection {
  const exactTopics = new Set(wanted);
  return {
    exactTopics,
    hasPatterns: true,
    matches: (topic) => exactTopics.has(topic) || topic.startsWith(prefix),
  };
}
