// All subscriptions that some stream holds, found by their patterns (to share them) and by topic (to reach them).

import type { Pattern } from './pattern.ts';
import { Subscription } from './subscription.ts';
import { TopicIndex } from './topic-index.ts';

export class SubscriptionTable {
  readonly #byKey = new Map<string, Subscription>();
  readonly #byTopic = new TopicIndex<Subscription>();

  /** The subscription in these patterns; every `acquire` wants its `release`. */
  acquire(patterns: readonly Pattern[]): Subscription {
    const unique = new Map(patterns.map((pattern) => [pattern.text, pattern]));
    const sorted = [...unique.values()].sort((a, b) => (a.text < b.text ? -1 : 1));
    // Patterns hold no control character, so a line feed separates them without doubt.
    const key = sorted.map((pattern) => pattern.text).join('\n');
    let subscription = this.#byKey.get(key);
    if (subscription === undefined) {
      subscription = new Subscription(key, sorted);
      this.#byKey.set(key, subscription);
      for (const pattern of sorted) this.#byTopic.add(pattern, subscription);
    }
    subscription.holders++;
    return subscription;
  }

  release(subscription: Subscription): void {
    if (--subscription.holders > 0) return;
    this.#byKey.delete(subscription.key);
    for (const pattern of subscription.patterns) this.#byTopic.remove(pattern, subscription);
  }

  /** Visits each subscription in a topic; one with overlapping patterns may be visited more than once. */
  match(topic: string, visit: (subscription: Subscription) => void): void {
    this.#byTopic.match(topic, visit);
  }

  get size(): number {
    return this.#byKey.size;
  }
}
