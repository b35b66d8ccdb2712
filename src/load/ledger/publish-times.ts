// When the events of each topic were due to be published, learnt from the stamps that arrive: of each block of time the
// first and the last sequence number with their times. Numbers rise with time, so whatever lies between the two is of
// that block; an event that no stream at all got is placed evenly between the arrivals around it.
//
//   block:      |  0 ........ 10 s  |  10 ....... 20 s  |
//   arrivals:      1 2 3 4 5            8 9 10            kept: 1 and 5, 8 and 10
//   6 and 7:                    ^ evenly between 5 and 8

/** As long as the blocks of verdicts. */
const BLOCK_US = 10_000_000;
/** Of one topic; a longer run has longer blocks. */
const MAX_BLOCKS = 4096;
/** Blocks of all topics: about 12 MiB. */
const MAX_EDGES = 131_072;
const LONGEST_BLOCK_US = BLOCK_US * 2 ** 16;

interface Edges {
  firstSeq: number;
  firstUs: number;
  lastSeq: number;
  lastUs: number;
}

/** What one process knows, for the others: some numbers of events with the times at which they were due. */
export interface KnownTimes {
  readonly blockUs: number;
  readonly points: readonly (readonly [topic: number, seq: number, sentUs: number])[];
}

/** The numbers `from` to `to` of a topic were due in block `block`, which began at `block` times its length. */
export interface BlockRange {
  readonly block: number;
  readonly from: number;
  to: number;
}

/** All events of a run were due between these. */
export interface PublishSpan {
  readonly startUs: number;
  readonly endUs: number;
}

export class PublishTimes {
  readonly #topics = new Map<number, Map<number, Edges>>();
  #blockUs = BLOCK_US;
  #edgeCount = 0;
  #notedTopic = -1;
  #notedSeq = -1;

  /** Doubles with the length of the run where it must. */
  get blockUs(): number {
    return this.#blockUs;
  }

  /** Takes the stamp of an event that arrived. */
  note(topic: number, seq: number, sentUs: number): void {
    // Fan-out brings one event to thousands of streams in a row.
    if (this.#notedTopic === topic && this.#notedSeq === seq) return;
    this.#notedTopic = topic;
    this.#notedSeq = seq;
    let blocks = this.#topics.get(topic);
    if (blocks === undefined) {
      blocks = new Map();
      this.#topics.set(topic, blocks);
    }
    const block = Math.floor(sentUs / this.#blockUs);
    const edges = blocks.get(block);
    if (edges !== undefined) widen(edges, seq, sentUs);
    else if (this.#edgeCount < MAX_EDGES) {
      blocks.set(block, { firstSeq: seq, firstUs: sentUs, lastSeq: seq, lastUs: sentUs });
      this.#edgeCount++;
      if (blocks.size > MAX_BLOCKS || this.#edgeCount === MAX_EDGES) this.#lengthenBlocks();
    }
  }

  /** Takes what another process knows. */
  add({ blockUs, points }: KnownTimes): void {
    while (this.#blockUs < blockUs) this.#lengthenBlocks();
    for (const [topic, seq, sentUs] of points) this.note(topic, seq, sentUs);
  }

  known(): KnownTimes {
    const points = [...this.#topics].flatMap(([topic, blocks]) =>
      [...blocks.values()].flatMap(({ firstSeq, firstUs, lastSeq, lastUs }) => [
        [topic, firstSeq, firstUs] as const,
        [topic, lastSeq, lastUs] as const,
      ]),
    );
    return { blockUs: this.#blockUs, points };
  }

  /** The numbers from 1 to at least `published` of the topic by block, in order and without a gap. */
  rangesOf(topic: number, published: number, { startUs, endUs }: PublishSpan): BlockRange[] {
    const edges = [...(this.#topics.get(topic)?.values() ?? [])].sort((a, b) => a.firstSeq - b.firstSeq);
    const ranges: BlockRange[] = [];
    const last = Math.max(published, edges.at(-1)?.lastSeq ?? 0);
    let before = { seq: 0, us: Math.min(startUs, edges[0]?.firstUs ?? startUs) };
    const goTo = (seq: number, us: number) => {
      if (seq <= before.seq) return;
      const point = { seq, us: Math.max(us, before.us) };
      this.#spread(before, point, ranges);
      if (seq <= last) extend(ranges, Math.floor(point.us / this.#blockUs), seq, seq);
      before = point;
    };
    for (const { firstSeq, firstUs, lastSeq, lastUs } of edges) {
      goTo(firstSeq, firstUs);
      goTo(lastSeq, lastUs);
    }
    goTo(last + 1, endUs);
    return ranges;
  }

  /** The numbers between two that are known, evenly over the time between. */
  #spread(before: Point, after: Point, ranges: BlockRange[]): void {
    const perSeq = (after.us - before.us) / (after.seq - before.seq);
    for (let seq = before.seq + 1; seq < after.seq; ) {
      const block = Math.floor((before.us + (seq - before.seq) * perSeq) / this.#blockUs);
      const left = (block + 1) * this.#blockUs - before.us;
      const next = perSeq === 0 ? after.seq : before.seq + Math.ceil(left / perSeq);
      const end = Math.min(Math.max(next - 1, seq), after.seq - 1);
      extend(ranges, block, seq, end);
      seq = end + 1;
    }
  }

  #lengthenBlocks(): void {
    if (this.#blockUs >= LONGEST_BLOCK_US) return;
    this.#blockUs *= 2;
    const known = this.known();
    this.#topics.clear();
    this.#edgeCount = 0;
    this.#notedTopic = -1;
    for (const [topic, seq, sentUs] of known.points) this.note(topic, seq, sentUs);
  }
}

interface Point {
  readonly seq: number;
  readonly us: number;
}

function widen(edges: Edges, seq: number, sentUs: number): void {
  if (seq < edges.firstSeq) {
    edges.firstSeq = seq;
    edges.firstUs = sentUs;
  } else if (seq > edges.lastSeq) {
    edges.lastSeq = seq;
    edges.lastUs = sentUs;
  }
}

function extend(ranges: BlockRange[], block: number, from: number, to: number): void {
  const last = ranges.at(-1);
  if (last?.block === block) last.to = to;
  else ranges.push({ block, from, to });
}
