// Topics and the patterns that select them. A topic is a pattern without wildcards, so one relation, `covers`,
// answers both "does this pattern match that topic" and "does this grant include that subscription".

const MAX_TOPIC_BYTES = 256;
// Each segment of a pattern is a node of the index; without a bound, one request of 16 KiB could ask for 8,000.
const MAX_PATTERN_SEGMENTS = 16;

export interface Pattern {
  readonly text: string;
  readonly segments: readonly string[];
  readonly isExact: boolean;
}

export type ParsedPattern = { readonly pattern: Pattern } | { readonly problem: string };

/** Reads a pattern; the problem says which rule the text breaks. */
export function parsePattern(text: string): ParsedPattern {
  const problem = findTextProblem(text);
  if (problem !== undefined) return { problem };
  const segments = text.split('/');
  if (segments.length > MAX_PATTERN_SEGMENTS && segments.some(isWildcard)) {
    return { problem: `it has more than ${MAX_PATTERN_SEGMENTS} segments, which only an exact topic may` };
  }
  const globstar = segments.indexOf('**');
  if (globstar !== -1 && globstar < segments.length - 1)
    return { problem: '`**` may only be the last segment' };
  return { pattern: { text, segments, isExact: !segments.some(isWildcard) } };
}

/** What is wrong with a topic, or undefined when it is one. */
export function findTopicProblem(text: string): string | undefined {
  const problem = findTextProblem(text);
  if (problem !== undefined) return problem;
  return text.split('/').some(isWildcard)
    ? '`*` and `**` are wildcards of patterns, a topic has none'
    : undefined;
}

/** Whether a topic or pattern is one of the hub's own: only a pattern that names the segment selects those. */
export function isReserved(text: string): boolean {
  return text.startsWith('$');
}

/** Whether everything that `narrow` (a pattern, or a topic's segments) selects is selected by `wide` too. */
export function covers(wide: Pattern, narrow: Pick<Pattern, 'segments'>): boolean {
  for (let i = 0; i < wide.segments.length; i++) {
    const wanted = wide.segments[i]!;
    const given = narrow.segments[i];
    // No wildcard reaches into the reserved topics; a narrow pattern that itself begins with one does not either.
    if (i === 0 && isWildcard(wanted) && given !== undefined && isReserved(given)) return false;
    if (wanted === '**') return true;
    if (given === undefined || given === '**') return false;
    if (wanted !== '*' && wanted !== given) return false;
  }
  return wide.segments.length === narrow.segments.length;
}

function isWildcard(segment: string): boolean {
  return segment === '*' || segment === '**';
}

function findTextProblem(text: string): string | undefined {
  if (text === '') return 'it is empty';
  if (text.length > MAX_TOPIC_BYTES || Buffer.byteLength(text) > MAX_TOPIC_BYTES) {
    return `it has more than ${MAX_TOPIC_BYTES} bytes of UTF-8`;
  }
  if (!text.isWellFormed()) return 'it has half a surrogate pair, which UTF-8 cannot carry';
  if (/\p{Cc}/u.test(text)) return 'it has a control character';
  if (text.startsWith('/') || text.endsWith('/') || text.includes('//')) return 'it has an empty segment';
  return undefined;
}
