// What can be wrong with a history, and how often it was.

export type ViolationKind =
  /** Acknowledged and wanted, and it did not come. */
  | 'lost'
  /** Its publisher was not told, but others saw it: it is in the log, and did not come here. */
  | 'not for all'
  | 'repeated'
  /** After one with a higher position. */
  | 'out of order'
  /** No publisher published it. */
  | 'from nowhere'
  /** Its publisher was told that it was refused, or never sent it. */
  | 'refused and delivered'
  /** Under another id than its publisher was told, or than others saw. */
  | 'another id'
  /** Of a topic that the stream does not want. */
  | 'not asked for'
  /** Ids of another log without a gap between. */
  | 'another log without a gap'
  /** It was said to be missing, and came. */
  | 'delivered from a gap'
  | 'one id for two events';

export interface Violation {
  readonly kind: ViolationKind;
  readonly count: number;
  readonly example: string;
}

export interface ViolationCount {
  readonly kind: ViolationKind;
  readonly count: number;
  readonly streams: number;
  /** The first few, in words. */
  readonly examples: readonly string[];
}

const MAX_EXAMPLES = 5;

export class Violations {
  readonly #counts = new Map<ViolationKind, { count: number; streams: number; examples: string[] }>();

  /** @param stream - that it was found on; undefined: with the publishers. */
  add({ kind, count, example }: Violation, stream: number | undefined): void {
    let entry = this.#counts.get(kind);
    if (entry === undefined) {
      entry = { count: 0, streams: 0, examples: [] };
      this.#counts.set(kind, entry);
    }
    entry.count += count;
    if (stream !== undefined) entry.streams++;
    if (entry.examples.length < MAX_EXAMPLES)
      entry.examples.push(stream === undefined ? example : `stream ${stream}: ${example}`);
  }

  counts(): ViolationCount[] {
    return [...this.#counts].map(([kind, entry]) => ({ kind, ...entry }));
  }
}
