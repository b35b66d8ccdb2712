// Writes the evidence of one connection the way a capture reader would: packet by packet, with sequence numbers kept right.
// Over 300 lines, since it is one fluent object: every step of a script is a method of a few lines.
// The marks that a reader derives (retransmission, unanswered) are said by the script, so that a rule can be tested alone.

import type {
  Burst,
  Endpoint,
  Evidence,
  Exchange,
  Flow,
  Goaway,
  IcmpError,
  Segment,
  SegmentMark,
  Side,
  TlsFacts,
} from '../../src/diagnose/index.ts';

/** Of all scripts: 2026-11-25 00:00 UTC. */
export const START_MS = Date.UTC(2026, 10, 25);
const BURST_MS = 50;

interface Half {
  next: number;
  bytes: number;
  packets: number;
  zeroWindows: number;
  retransmissions: number;
  bursts: Burst[];
  ttls: Map<number, number>;
}

type ExchangeDraft = { -readonly [Key in keyof Exchange]: Exchange[Key] };

interface ScriptOptions {
  readonly source?: number;
  readonly client?: string;
  readonly clientPort?: number;
  readonly server?: string;
  readonly serverPort?: number;
  /** When the SYN is sent, in ms after START_MS. */
  readonly atMs?: number;
  readonly windowScale?: number;
}

let numbers = 0;

/** Packet numbers go on over all scripts, so that no two packets of a test are the same. */
export class FlowScript {
  readonly id: string;
  readonly #index: number;
  readonly #source: number;
  readonly #ends: Record<Side, Endpoint>;
  readonly #halves: Record<Side, Half>;
  readonly #segments: Segment[] = [];
  readonly #exchanges: ExchangeDraft[] = [];
  readonly #goaways: Goaway[] = [];
  readonly #icmpErrors: IcmpError[] = [];
  #tls: TlsFacts | undefined;
  #nowMs: number;
  #firstMs: number;
  #establishedMs: number | undefined;
  #sawStart = false;

  constructor(options: ScriptOptions = {}) {
    const { source = 0, client = '10.0.0.5', server = '10.0.3.7', serverPort = 80, atMs = 0 } = options;
    this.#index = numbers++;
    this.id = `capture${source}.pcap tcp.stream ${this.#index}`;
    this.#source = source;
    this.#ends = {
      client: { address: client, port: options.clientPort ?? 40_000 + (this.#index % 20_000) },
      server: { address: server, port: serverPort },
    };
    const half = (next: number): Half => ({
      next,
      bytes: 0,
      packets: 0,
      zeroWindows: 0,
      retransmissions: 0,
      bursts: [],
      ttls: new Map(),
    });
    this.#halves = { client: half(1000 + this.#index * 7919), server: half(500_000 + this.#index * 104_729) };
    this.#nowMs = START_MS + atMs;
    this.#firstMs = this.#nowMs;
  }

  /** Lets time pass. */
  wait(ms: number): this {
    this.#nowMs += ms;
    return this;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  packet(from: Side, flags: string, marks: readonly SegmentMark[] = [], over: Partial<Segment> = {}): this {
    const half = this.#halves[from];
    const other = this.#halves[from === 'client' ? 'server' : 'client'];
    const peerAck = this.#segments.findLast(
      (segment) => segment.from !== from && segment.flags.includes('A'),
    )?.ack;
    const seq = over.seq ?? half.next;
    const segment: Segment = {
      ref: { source: this.#source, at: ++numbers },
      atMs: this.#nowMs,
      from,
      flags,
      seq,
      ack: flags.includes('A') ? other.next : 0,
      window: flags.includes('R') ? 0 : 64_000,
      bytes: 0,
      ttl: 64,
      ipId: numbers % 65_536,
      marks,
      seqOffset: (seq - half.next) | 0,
      ...(flags.includes('A') && { ackOffset: 0 }),
      ...(peerAck !== undefined && { seqMinusPeerAck: (seq - peerAck) | 0 }),
      ...over,
    };
    this.#segments.push(segment);
    half.packets++;
    if (!flags.includes('R')) half.ttls.set(segment.ttl, (half.ttls.get(segment.ttl) ?? 0) + 1);
    if (segment.window === 0 && !flags.includes('R')) half.zeroWindows++;
    return this;
  }

  connect(
    options: { readonly windowScale?: number | undefined; readonly kinds?: readonly number[] } = {
      windowScale: 7,
    },
  ): this {
    const scale = options.windowScale === undefined ? {} : { windowScale: options.windowScale };
    const over = { options: { kinds: options.kinds ?? [2, 4, 8, 3], mss: 1460, ...scale } };
    this.#sawStart = true;
    this.packet('client', 'S', ['syn'], over);
    this.#halves.client.next++;
    this.wait(1).packet('server', 'AS', ['syn'], over);
    this.#halves.server.next++;
    this.#establishedMs = this.wait(1).#nowMs;
    return this.packet('client', 'A');
  }

  /** One SYN (or the same again) without an answer. */
  syn(isRepeat = false): this {
    this.#sawStart = true;
    const { next } = this.#halves.client;
    this.packet('client', 'S', isRepeat ? ['syn', 'retransmission', 'unanswered'] : ['syn', 'unanswered'], {
      seq: isRepeat ? next - 1 : next,
    });
    if (!isRepeat) this.#halves.client.next++;
    return this;
  }

  /** Payload and its acknowledgment by the other side. */
  data(from: Side, bytes: number, marks: readonly SegmentMark[] = []): this {
    const half = this.#halves[from];
    this.packet(from, 'AP', marks, { bytes });
    half.next += bytes;
    this.#burst(half.bursts, bytes);
    half.bytes += bytes;
    if (!marks.includes('unanswered')) this.packet(from === 'client' ? 'server' : 'client', 'A');
    return this;
  }

  /** The last payload of a side, sent again. */
  again(from: Side, bytes: number): this {
    const half = this.#halves[from];
    half.retransmissions++;
    return this.packet(from, 'AP', ['retransmission', 'unanswered'], { bytes, seq: half.next - bytes });
  }

  #burst(bursts: Burst[], bytes: number): void {
    const last = bursts.at(-1);
    if (last !== undefined && this.#nowMs - last.untilMs < BURST_MS) {
      bursts[bursts.length - 1] = {
        ...last,
        untilMs: this.#nowMs,
        bytes: last.bytes + bytes,
        packets: last.packets + 1,
      };
      return;
    }
    const ref = { source: this.#source, at: numbers };
    bursts.push({ ref, atMs: this.#nowMs, untilMs: this.#nowMs, bytes, packets: 1 });
  }

  request(target = '/events', headers: Readonly<Record<string, string>> = {}, isWhole = true): this {
    this.data('client', 120);
    const fact = { ref: { source: this.#source, at: numbers }, atMs: this.#nowMs };
    this.#exchanges.push({
      id: this.#exchanges.length + 1,
      protocol: 'http/1.1',
      request: { ...fact, method: 'GET', target, headers },
      ...(isWhole && { requestComplete: fact }),
      bodyBytes: 0,
      bursts: [],
      burstsLeftOut: 0,
      resets: [],
      hasHoles: false,
      problems: [],
    });
    return this;
  }

  respond(
    headers: Readonly<Record<string, string>> = {},
    status = 200,
    framing: Exchange['framing'] = 'chunked',
  ): this {
    this.data('server', 180);
    const exchange = this.#exchanges.at(-1)!;
    exchange.framing = framing!;
    exchange.response = {
      ref: { source: this.#source, at: numbers },
      atMs: this.#nowMs,
      status,
      headers: { 'content-type': 'text/event-stream', ...headers },
    };
    return this;
  }

  /** Body bytes of the last exchange, or of one by its index. */
  event(bytes = 40, index = this.#exchanges.length - 1): this {
    this.data('server', bytes);
    const exchange = this.#exchanges[index]!;
    exchange.bodyBytes += bytes;
    this.#burst(exchange.bursts as Burst[], bytes);
    return this;
  }

  events(count: number, everyMs: number, bytes = 40): this {
    for (let i = 0; i < count; i++) this.wait(everyMs).event(bytes);
    return this;
  }

  complete(index = this.#exchanges.length - 1): this {
    this.data('server', 5);
    this.#exchanges[index]!.complete = { ref: { source: this.#source, at: numbers }, atMs: this.#nowMs };
    return this;
  }

  /** HTTP/2 from here on: all exchanges are streams of the connection. */
  http2(): this {
    this.#exchanges.forEach((exchange, i) => {
      exchange.protocol = 'http/2';
      exchange.id = 2 * i + 1;
      if (exchange.framing !== undefined) exchange.framing = 'http2';
    });
    return this;
  }

  resetStream(index: number, code: number, from: Side = 'server'): this {
    this.data(from, 13);
    const reset = { ref: { source: this.#source, at: numbers }, atMs: this.#nowMs, from, code };
    this.#exchanges[index]!.resets = [...this.#exchanges[index]!.resets, reset];
    return this;
  }

  goaway(lastStreamId: number, code = 0, from: Side = 'server'): this {
    this.data(from, 17);
    this.#goaways.push({
      ref: { source: this.#source, at: numbers },
      atMs: this.#nowMs,
      from,
      lastStreamId,
      code,
    });
    return this;
  }

  tls(facts: Partial<TlsFacts> = {}): this {
    this.#tls = { alpnOffered: [], alerts: [], lastRecords: {}, ...facts };
    return this;
  }

  icmpUnreachable(address = '10.0.0.1'): this {
    const ref = { source: this.#source, at: ++numbers };
    this.#icmpErrors.push({ ref, atMs: this.#nowMs, address, type: 3, code: 3, about: 'client' });
    return this;
  }

  fin(from: Side): this {
    this.packet(from, 'AF', ['fin']);
    this.#halves[from].next++;
    return this;
  }

  /** A live socket resets. */
  reset(from: Side, over: Partial<Segment> = {}): this {
    return this.packet(from, 'AR', ['rst'], over);
  }

  /** The answer of a host without such a connection to the last packet of the other side. */
  resetAnswer(from: Side, over: Partial<Segment> = {}): this {
    return this.packet(from, 'R', ['rst'], { seqMinusPeerAck: 0, ...over });
  }

  refuse(): this {
    return this.packet('server', 'AR', ['rst'], { seq: 0 });
  }

  /** What the reader hands over, with facts put in by hand where a test needs them. */
  flow(over: Partial<Flow> = {}): Flow {
    const half = (side: Side) => {
      const { next, bytes, packets, zeroWindows, retransmissions, bursts, ttls } = this.#halves[side];
      return {
        packets,
        bytes,
        missingBytes: 0,
        retransmissions,
        zeroWindows,
        bursts,
        burstsLeftOut: 0,
        ttls: [...ttls].map(([ttl, count]) => ({ ttl, packets: count })),
        nextSeq: next,
      };
    };
    return {
      id: this.id,
      source: this.#source,
      streamIndex: this.#index,
      client: this.#ends.client,
      server: this.#ends.server,
      sidesBy: 'syn',
      firstMs: this.#firstMs,
      lastMs: this.#segments.at(-1)?.atMs ?? this.#firstMs,
      sawStart: this.#sawStart,
      ...(this.#establishedMs !== undefined && { establishedMs: this.#establishedMs }),
      halves: { client: half('client'), server: half('server') },
      segments: this.#segments,
      segmentsLeftOut: 0,
      icmpErrors: this.#icmpErrors,
      exchanges: this.#exchanges,
      exchangesLeftOut: 0,
      ...(this.#goaways.length > 0 && {
        http2: { goaways: this.#goaways, settings: [], pings: { client: 0, server: 0 } },
      }),
      ...(this.#tls && { tls: this.#tls }),
      ...over,
    };
  }
}

/** The evidence of captures that hold these flows; a capture ends `tailMs` after its last packet. */
export function evidenceOf(
  flows: readonly (Flow | FlowScript)[],
  over: Partial<Evidence> = {},
  tailMs = 0,
): Evidence {
  const all = flows.map((flow) => (flow instanceof FlowScript ? flow.flow() : flow));
  const captures = Math.max(0, ...all.map(({ source }) => source)) + 1;
  const sources = Array.from({ length: captures }, (_, source) => {
    const of = all.filter((flow) => flow.source === source);
    return {
      kind: 'capture' as const,
      name: `capture${source}.pcap`,
      packets: of.reduce((sum, { segments }) => sum + segments.length, 0),
      cutPackets: 0,
      doubledPackets: 0,
      otherPackets: {},
      wrongChecksums: [],
      largestPayloads: [],
      flowsLeftOut: 0,
      problems: [],
      problemCount: 0,
      firstMs: Math.min(...of.map(({ firstMs }) => firstMs)),
      lastMs: Math.max(...of.map(({ lastMs }) => lastMs)) + tailMs,
    };
  });
  return { sources, flows: all, logs: [], counters: [], ...over };
}
