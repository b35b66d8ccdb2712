// What the page shows, as a value that its URL carries: so a view can be shared, and the way back works. Pure, so
// that it is tested without a browser.

export interface View {
  /** Topics and patterns, at least one. */
  readonly topics: readonly string[];
  /** Event types to listen for beside `message` and those that are found. */
  readonly types: readonly string[];
  readonly from: 'live' | 'earliest';
  readonly filter: string;
  /** The member of the data that holds the time of sending; empty for the usual names. */
  readonly timeMember: string;
  readonly tab: 'events' | 'topics';
  /**
   * Parameters of the page's URL that are not ours, such as a token: they go along with every request to the hub, and
   * never into a link that is shared.
   */
  readonly access: string;
}

const EVERYTHING = '**';
/** What the hub takes in one stream, unless it was told otherwise. */
export const MAX_TOPICS = 100;
export const MAX_TYPES = 100;
const MAX_TEXT_CHARS = 500;
const ownParameters = ['topic', 'type', 'from', 'filter', 'time', 'view'];
// It would make each new stream of the page start there.
const ignoredParameters = ['lastEventId'];

/** The view of a page URL's query; all topics when it names none. */
export function viewOfQuery(query: string): View {
  const given = new URLSearchParams(query);
  const access = new URLSearchParams(query);
  for (const name of [...ownParameters, ...ignoredParameters]) access.delete(name);
  return {
    topics: topicsOr(unique(given.getAll('topic')).slice(0, MAX_TOPICS)),
    types: unique(given.getAll('type')).slice(0, MAX_TYPES),
    from: given.get('from') === 'earliest' ? 'earliest' : 'live',
    filter: (given.get('filter') ?? '').slice(0, MAX_TEXT_CHARS),
    timeMember: (given.get('time') ?? '').slice(0, MAX_TEXT_CHARS),
    tab: given.get('view') === 'topics' ? 'topics' : 'events',
    access: access.toString(),
  };
}

/** The query of a view, with slashes and stars left readable; without what gives access, for a link to share. */
export function queryOfView(view: View, withAccess: boolean): string {
  const parts = [
    ...view.topics.map((topic) => `topic=${encode(topic)}`),
    ...view.types.map((type) => `type=${encode(type)}`),
    ...(view.from === 'earliest' ? ['from=earliest'] : []),
    ...(view.filter === '' ? [] : [`filter=${encode(view.filter)}`]),
    ...(view.timeMember === '' ? [] : [`time=${encode(view.timeMember)}`]),
    ...(view.tab === 'topics' ? ['view=topics'] : []),
    ...(withAccess && view.access !== '' ? [view.access] : []),
  ];
  return `?${parts.join('&')}`;
}

/** The URL of the view's stream, relative to the page, so that a proxy may put the hub under a path. */
export function streamUrlOf({ topics, access }: View): string {
  const parts = topics.map((topic) => `topic=${encode(topic)}`);
  return `stream?${[...parts, ...(access === '' ? [] : [access])].join('&')}`;
}

/** The lines of a text, each once; a topic may hold spaces inside, so that only lines separate. */
export function linesOf(text: string): string[] {
  return unique(text.split(/\r\n|\r|\n/).map((line) => line.trim()));
}

/** The topics, or all when there is none. */
export const topicsOr = (topics: readonly string[]): readonly string[] =>
  topics.length === 0 ? [EVERYTHING] : topics;

/**
 * The topic of an event. A frame holds none, so it is what was asked for when that is one topic; else a member
 * `topic` of the data; else nobody knows, and it is empty.
 */
export function topicOfEvent(topics: readonly string[], value: unknown): string {
  const [first] = topics;
  if (topics.length === 1 && first !== undefined && !isPattern(first)) return first;
  const named = typeof value === 'object' && value !== null && 'topic' in value ? value.topic : undefined;
  return typeof named === 'string' ? named.slice(0, 256) : '';
}

/** Whether a whole segment is a wildcard. */
export const isPattern = (topic: string): boolean =>
  topic.split('/').some((segment) => segment === '*' || segment === '**');

const encode = (text: string) => encodeURIComponent(text).replaceAll('%2F', '/');

function unique(texts: readonly string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== '');
}
