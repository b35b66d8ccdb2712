// Finds who wants a topic: a map for exact topics, a trie of segments for patterns. Built for many
// subscribers and a match on every published event; it knows nothing of streams.

import { isReserved, type Pattern } from './pattern.ts';

// Most nodes have one child or one subscriber, and strangers choose how many nodes there are: collections are
// made when they are needed (90 bytes a node instead of 500), and dropped when they are empty.
class TrieNode<T> {
  children: Map<string, TrieNode<T>> | undefined = undefined;
  /** Subscribers of the pattern that ends here. */
  here: Set<T> | undefined = undefined;
  /** Subscribers of the pattern that ends here with `**`. */
  below: Set<T> | undefined = undefined;

  get isEmpty(): boolean {
    return this.children === undefined && this.here === undefined && this.below === undefined;
  }
}

export class TopicIndex<T> {
  readonly #exact = new Map<string, Set<T>>();
  readonly #root = new TrieNode<T>();

  add(pattern: Pattern, subscriber: T): void {
    if (pattern.isExact) {
      this.#exact.set(pattern.text, withMember(this.#exact.get(pattern.text), subscriber));
      return;
    }
    let node = this.#root;
    for (const segment of pattern.segments) {
      if (segment === '**') {
        node.below = withMember(node.below, subscriber);
        return;
      }
      node = childOf(node, segment);
    }
    node.here = withMember(node.here, subscriber);
  }

  remove(pattern: Pattern, subscriber: T): void {
    if (!pattern.isExact) {
      removeFrom(this.#root, pattern.segments, 0, subscriber);
    } else if (withoutMember(this.#exact.get(pattern.text), subscriber) === undefined) {
      this.#exact.delete(pattern.text);
    }
  }

  /** Calls `visit` for each pattern that matches: a subscriber of two matching patterns is visited twice. */
  match(topic: string, visit: (subscriber: T) => void): void {
    visitAll(this.#exact.get(topic), visit);
    if (!this.#root.isEmpty) matchFrom(this.#root, topic.split('/'), 0, visit);
  }

  /** Whether nobody is left in it: then it holds no memory either. */
  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#root.isEmpty;
  }
}

function matchFrom<T>(
  node: TrieNode<T>,
  segments: readonly string[],
  depth: number,
  visit: (subscriber: T) => void,
): void {
  const isHidden = depth === 0 && isReserved(segments[0]!);
  if (!isHidden) visitAll(node.below, visit);
  if (depth === segments.length) {
    visitAll(node.here, visit);
    return;
  }
  const named = node.children?.get(segments[depth]!);
  if (named !== undefined) matchFrom(named, segments, depth + 1, visit);
  const any = isHidden ? undefined : node.children?.get('*');
  if (any !== undefined) matchFrom(any, segments, depth + 1, visit);
}

function removeFrom<T>(node: TrieNode<T>, segments: readonly string[], depth: number, subscriber: T): void {
  const segment = segments[depth];
  if (segment === undefined) {
    node.here = withoutMember(node.here, subscriber);
  } else if (segment === '**') {
    node.below = withoutMember(node.below, subscriber);
  } else {
    const child = node.children?.get(segment);
    if (child === undefined) return;
    removeFrom(child, segments, depth + 1, subscriber);
    if (!child.isEmpty) return;
    node.children!.delete(segment);
    if (node.children!.size === 0) node.children = undefined;
  }
}

function childOf<T>(node: TrieNode<T>, segment: string): TrieNode<T> {
  node.children ??= new Map();
  let child = node.children.get(segment);
  if (child === undefined) {
    child = new TrieNode();
    node.children.set(segment, child);
  }
  return child;
}

function withMember<T>(members: Set<T> | undefined, member: T): Set<T> {
  return members?.add(member) ?? new Set([member]);
}

function withoutMember<T>(members: Set<T> | undefined, member: T): Set<T> | undefined {
  members?.delete(member);
  return members?.size ? members : undefined;
}

function visitAll<T>(members: Set<T> | undefined, visit: (member: T) => void): void {
  if (members !== undefined) for (const member of members) visit(member);
}
