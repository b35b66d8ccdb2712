// Which topics and patterns the page watches: they are in its URL, so that a view can be shared and the way
// back works. Pure, so that it is tested without a browser.

const DEFAULT_PATTERN = 'host/**';

/** The topics of a page URL's query (`?topic=a&topic=b`); those of the demo when it names none. */
export function topicsOfQuery(query: string): string[] {
  const topics = unique(new URLSearchParams(query).getAll('topic'));
  return topics.length === 0 ? [DEFAULT_PATTERN] : topics;
}

/** The topics of a text with one in each line. A topic may hold spaces inside, so that only lines separate. */
export function topicsOfText(text: string): string[] {
  const topics = unique(text.split(/\r\n|\r|\n/).map((line) => line.trim()));
  return topics.length === 0 ? [DEFAULT_PATTERN] : topics;
}

/** `?topic=...&topic=...`, with slashes and stars left readable. */
export function queryOfTopics(topics: readonly string[]): string {
  const encode = (topic: string) => encodeURIComponent(topic).replaceAll('%2F', '/');
  return `?${topics.map((topic) => `topic=${encode(topic)}`).join('&')}`;
}

/**
 * The topic of an event. A frame holds none, so it is what was asked for when that is one topic; else a member
 * `topic` of the data; else only the subscription as a whole is known.
 */
export function topicOfEvent(topics: readonly string[], value: unknown): string {
  const [first] = topics;
  if (topics.length === 1 && first !== undefined && !first.includes('*')) return first;
  const named = typeof value === 'object' && value !== null && 'topic' in value ? value.topic : undefined;
  return typeof named === 'string' && named !== '' ? named.slice(0, 256) : topics.join('\n');
}

function unique(topics: readonly string[]): string[] {
  return [...new Set(topics)].filter((topic) => topic !== '');
}
