// Topics of a run, and which of them a stream wants. Pure.

/** Where a URL or a body names the topic of the stream or event. */
export const TOPIC_PLACEHOLDER = '{topic}';
/** Where a URL or a body of a publish has the payload. */
export const PAYLOAD_PLACEHOLDER = '{payload}';

export interface TopicPlan {
  /** Topic n (from 0) is called this with `{n}` replaced; without `{n}` there is one topic. */
  readonly name: string;
  readonly count: number;
}

export function topicName({ name }: TopicPlan, topic: number): string {
  return name.replaceAll('{n}', String(topic));
}

/** The path and query of a stream: `{topic}` in the URL is the stream's own topic. */
export function streamPath(url: URL, plan: TopicPlan, stream: number): string {
  const path = decodePlaceholders(url.pathname + url.search);
  return path.replaceAll(TOPIC_PLACEHOLDER, encodeURIComponent(topicName(plan, stream % plan.count)));
}

/** The topics of which a stream is owed the events: its own, or all where the URL does not tell topics apart. */
export function topicsOf(url: URL, plan: TopicPlan, stream: number): number[] {
  const isOwn = decodePlaceholders(url.pathname + url.search).includes(TOPIC_PLACEHOLDER);
  return isOwn ? [stream % plan.count] : Array.from({ length: plan.count }, (_, topic) => topic);
}

/**
 * Puts placeholders back as they were written: URL percent-encodes braces in a path, but not in a query. Other
 * encoded braces stay, since servers refuse bare ones.
 */
export function decodePlaceholders(text: string): string {
  return text.replaceAll(/%7B(topic|payload)%7D/g, '{$1}');
}
