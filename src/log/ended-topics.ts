// Topics that have ended, and where. So many are remembered and no more: the oldest end is forgotten first, and its
// topic is open again. Ends come in the order of their positions, so two that are told of the same ends agree.

export class EndedTopics {
  readonly #most: number;
  readonly #positions = new Map<string, number>();
  #last = 0;

  constructor(most: number) {
    this.#most = most;
  }

  remember(topic: string, position: number): void {
    this.#positions.set(topic, position);
    this.#last = position;
    if (this.#positions.size > this.#most) this.#positions.delete(this.#positions.keys().next().value!);
  }

  get(topic: string): number | undefined {
    return this.#positions.get(topic);
  }

  /** The ends after a position, the oldest first. Costs a walk over all of them where there are any. */
  after(position: number): [topic: string, position: number][] {
    if (this.#last <= position) return [];
    return [...this.#positions].filter(([, end]) => end > position);
  }
}
