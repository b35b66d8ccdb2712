// What the sources of a diagnosis hand to the reasoning: facts only, as plain values that JSON can carry. What a fact
// means is decided in the rules; nothing here accuses anybody. Sources are captures now, logs and host counters beside them.
//
// A list that can grow with the traffic is bounded by the source that fills it, which then counts what it left out.
// `undefined` always means not seen, never zero. Times are Unix milliseconds with a fraction (captures: microseconds).
// The file is long because it is one vocabulary: every source and every rule is written against all of it.

/** Where a fact was read: a source of the evidence, and its packet (from 1, as Wireshark numbers them) or line (from 1). */
export interface Ref {
  /** Index into `Evidence.sources`. */
  readonly source: number;
  readonly at: number;
}

export interface Evidence {
  readonly sources: readonly Source[];
  readonly flows: readonly Flow[];
  readonly logs: readonly LogFact[];
  readonly counters: readonly CounterFact[];
}

/** Something that a source could not read, in one line; `offset` in bytes of the file (after gunzip). */
export interface Problem {
  readonly message: string;
  readonly offset?: number;
}

export type Source = CaptureSource | LogSource | HostSource;

interface SourceBasics {
  /** As the user named it; `-` for standard input. */
  readonly name: string;
  /** The first problems; `problemCount` counts all. */
  readonly problems: readonly Problem[];
  readonly problemCount: number;
  readonly firstMs?: number;
  readonly lastMs?: number;
}

export interface CaptureSource extends SourceBasics {
  readonly kind: 'capture';
  readonly packets: number;
  /** Packets of which the capture holds less than was on the wire (snaplen). */
  readonly cutPackets: number;
  /** Second copies of a packet that were left out: same IP ID, same bytes, under 1 ms apart. */
  readonly doubledPackets: number;
  /** Packets that hold no TCP, by what they are: `udp`, `arp`, `icmp`, `fragment`, `ip-protocol-47`. */
  readonly otherPackets: Readonly<Record<string, number>>;
  /** Packets with a wrong TCP checksum, by sender. Nearly all of one address wrong: offload, the capture was made there. */
  readonly wrongChecksums: readonly AddressCount[];
  /** Largest TCP payload seen in one packet, by sender: above any MTU says that the capture was made on that host. */
  readonly largestPayloads: readonly AddressCount[];
  /** Flows beyond the reader's bound, which left no `Flow`. */
  readonly flowsLeftOut: number;
}

export interface LogSource extends SourceBasics {
  readonly kind: 'log';
  readonly lines: number;
}

/** Counters and sockets of one network namespace. */
export interface HostSource extends SourceBasics {
  readonly kind: 'host';
  readonly host: string;
}

export interface AddressCount {
  readonly address: string;
  readonly count: number;
}

export interface Endpoint {
  readonly address: string;
  readonly port: number;
}

/** `client`: who sent the SYN. Where no SYN was seen, `Flow.sidesBy` says how the sides were told. */
export type Side = 'client' | 'server';

/** One TCP connection as one capture saw it. */
export interface Flow {
  /** Unique in the evidence, for example `capture.pcap tcp.stream 3`. */
  readonly id: string;
  readonly source: number;
  /** What Wireshark calls `tcp.stream` in this file, from 0. */
  readonly streamIndex: number;
  readonly client: Endpoint;
  readonly server: Endpoint;
  readonly sidesBy: 'syn' | 'http' | 'tls' | 'port';
  readonly firstMs: number;
  readonly lastMs: number;
  /** The first packet of the connection is in the capture. */
  readonly sawStart: boolean;
  /** When the three-way handshake was complete (the client's ACK of the SYN-ACK). */
  readonly establishedMs?: number;
  readonly halves: Readonly<Record<Side, Half>>;
  /**
   * Packets worth keeping, in order of time: every one with a mark, and the last 32 of any kind.
   * Bounded: the first 32 and the last 96; `segmentsLeftOut` counts those between.
   */
  readonly segments: readonly Segment[];
  readonly segmentsLeftOut: number;
  readonly icmpErrors: readonly IcmpError[];
  /** HTTP exchanges in clear text, in order of their requests: one a request, for HTTP/2 one a stream. */
  readonly exchanges: readonly Exchange[];
  readonly exchangesLeftOut: number;
  readonly http2?: Http2Facts;
  readonly tls?: TlsFacts;
}

/** What one side sent, summed. */
export interface Half {
  readonly packets: number;
  /** Bytes of payload, each once. */
  readonly bytes: number;
  /** Bytes the other side acknowledged or that lie before later ones, which the capture does not hold. */
  readonly missingBytes: number;
  readonly retransmissions: number;
  readonly zeroWindows: number;
  /** Payload in bursts: payload packets less than 50 ms apart are one. The first 32 and the last 224. */
  readonly bursts: readonly Burst[];
  readonly burstsLeftOut: number;
  /** TTLs (hop limits) of the packets without RST, most frequent first, at most 8. */
  readonly ttls: readonly TtlCount[];
  /** Sequence number after the last byte sent (FIN counted), as on the wire; undefined while nothing was seen. */
  readonly nextSeq?: number;
  /** Highest acknowledgment number sent. */
  readonly acked?: number;
}

export interface TtlCount {
  readonly ttl: number;
  readonly packets: number;
}

export interface Burst {
  readonly ref: Ref;
  readonly atMs: number;
  /** When its last packet came; equal to `atMs` for one packet. */
  readonly untilMs: number;
  readonly bytes: number;
  readonly packets: number;
}

/**
 * Marks, in the meaning Wireshark gives them where it has them (`tcp.analysis.*`):
 * `window-full` payload fills what the peer's window allowed; `zero-window-probe` and `keep-alive` with their `-ack`;
 * `unanswered` payload, probe or SYN that nothing later in the capture acknowledged;
 * `out-of-window` sequence number outside what the peer may accept.
 */
export type SegmentMark =
  | 'syn'
  | 'fin'
  | 'rst'
  | 'zero-window'
  | 'window-full'
  | 'zero-window-probe'
  | 'zero-window-probe-ack'
  | 'keep-alive'
  | 'keep-alive-ack'
  | 'retransmission'
  | 'out-of-order'
  | 'duplicate-ack'
  | 'unanswered'
  | 'out-of-window'
  | 'wrong-checksum';

export interface Segment {
  readonly ref: Ref;
  readonly atMs: number;
  readonly from: Side;
  /** The TCP flags that are set, in the order of the header: letters of `CEUAPRSF`, for example `AR` or `S`. */
  readonly flags: string;
  /** As on the wire, 32 bits, never relative. */
  readonly seq: number;
  /** As on the wire, also where the ACK flag is not set. */
  readonly ack: number;
  /** As on the wire: not scaled. */
  readonly window: number;
  /** Payload bytes on the wire, also where the capture cut them. */
  readonly bytes: number;
  readonly ttl: number;
  /** Absent for IPv6. */
  readonly ipId?: number;
  readonly marks: readonly SegmentMark[];
  /** `seq` minus the next sequence number of its sender before this packet; signed, wrap-around taken care of. */
  readonly seqOffset?: number;
  /** `ack` minus the next sequence number of the other side before this packet. */
  readonly ackOffset?: number;
  /** `seq` minus the acknowledgment number in the last packet of the other side (C1: 0 is the form of a passive reset). */
  readonly seqMinusPeerAck?: number;
  /** Present when the header has options. */
  readonly options?: TcpOptions;
  /** Printable payload of an RST (RFC 9293 3.5.3 lets a reset carry text), at most 256 characters. */
  readonly text?: string;
}

export interface TcpOptions {
  /** Kinds in order, without padding (0, 1); unknown kinds are kept. */
  readonly kinds: readonly number[];
  readonly mss?: number;
  /** The shift count. */
  readonly windowScale?: number;
  readonly sackPermitted?: boolean;
  readonly timestamp?: number;
  readonly timestampEcho?: number;
  /** The reason of an MP_TCPRST (RFC 8684 3.6). */
  readonly mptcpResetReason?: number;
}

/** An ICMP error that quotes a packet of this flow. */
export interface IcmpError {
  readonly ref: Ref;
  readonly atMs: number;
  /** Who sent it: often a hop between the two. */
  readonly address: string;
  readonly type: number;
  readonly code: number;
  /** Whose packet it quotes. */
  readonly about: Side;
}

/** A request and its response; either can be missing in a capture that began late, or never have come. */
export interface Exchange {
  /** HTTP/2: the stream id. HTTP/1: 1, 2, 3 on the connection. */
  readonly id: number;
  readonly protocol: 'http/1.0' | 'http/1.1' | 'http/2';
  readonly request?: RequestHead;
  /** The final response; 1xx are left out. */
  readonly response?: ResponseHead;
  /** How the end of the response is told; absent while no response head was seen. */
  readonly framing?: 'chunked' | 'content-length' | 'until-close' | 'http2' | 'no-body';
  readonly contentLength?: number;
  /** Body bytes seen, without chunk framing. */
  readonly bodyBytes: number;
  /** The body in bursts, by the rule of `Half.bursts`; their `bytes` are body bytes, without chunk or frame headers. */
  readonly bursts: readonly Burst[];
  readonly burstsLeftOut: number;
  /**
   * The point at which the response was whole: the last chunk with its empty line, the last byte of Content-Length, END_STREAM,
   * or the head itself for `no-body`. Absent: not seen; never set by a close.
   */
  readonly complete?: { readonly ref: Ref; readonly atMs: number };
  /** The request had been sent whole. */
  readonly requestComplete?: { readonly ref: Ref; readonly atMs: number };
  /** RST_STREAM frames for this stream, in order. */
  readonly resets: readonly StreamReset[];
  /** Parts of the response are missing in the capture or were cut by snaplen, so an absent `complete` proves nothing. */
  readonly hasHoles: boolean;
  /** What a rule may not trust: broken chunk framing and the like, at most 8. */
  readonly problems: readonly string[];
}

export interface RequestHead {
  readonly ref: Ref;
  readonly atMs: number;
  readonly method: string;
  /** Path with its query, at most 1,024 characters. */
  readonly target: string;
  /** Lower-case names; repeated ones joined by `, `; at most 64 headers of at most 1,024 characters. Secrets are masked. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface ResponseHead {
  readonly ref: Ref;
  readonly atMs: number;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
}

export interface StreamReset {
  readonly ref: Ref;
  readonly atMs: number;
  readonly from: Side;
  readonly code: number;
}

export interface Http2Facts {
  readonly goaways: readonly Goaway[];
  readonly settings: readonly Http2Settings[];
  /** PING frames without ACK, by side. */
  readonly pings: Readonly<Record<Side, number>>;
}

export interface Goaway {
  readonly ref: Ref;
  readonly atMs: number;
  readonly from: Side;
  readonly lastStreamId: number;
  readonly code: number;
  /** Printable debug data, at most 256 characters. */
  readonly debug?: string;
}

export interface Http2Settings {
  readonly ref: Ref;
  readonly from: Side;
  /** Setting id -> value, for example `{3: 100}`. */
  readonly values: Readonly<Record<number, number>>;
}

export interface TlsFacts {
  readonly serverName?: string;
  /** What the server chose, where visible (TLS 1.2). */
  readonly alpn?: string;
  readonly alpnOffered: readonly string[];
  /** Records of type alert, also encrypted ones (TLS 1.2). TLS 1.3 hides alerts in application data: see `lastRecords`. */
  readonly alerts: readonly TlsAlert[];
  /** The last record of each side: a TLS 1.3 record of 19 bytes at the end is most likely an alert. */
  readonly lastRecords: Readonly<Partial<Record<Side, TlsRecord>>>;
}

export interface TlsAlert {
  readonly ref: Ref;
  readonly atMs: number;
  readonly from: Side;
  /** Absent where the alert is encrypted. 0 is close_notify. */
  readonly description?: number;
}

export interface TlsRecord {
  readonly ref: Ref;
  readonly atMs: number;
  /** 20 change cipher spec, 21 alert, 22 handshake, 23 application data. */
  readonly type: number;
  /** Of the record's content, without its 5-byte header. */
  readonly bytes: number;
}

/** One line of a log that says something about a connection, a stream or the machine. */
export interface LogFact {
  readonly ref: Ref;
  readonly atMs?: number;
  /** Who wrote it: `nginx`, `haproxy`, `envoy`, `kernel`, `kubernetes`, `node`. */
  readonly program: string;
  /** What it says, as the program's own flag or detail: `SI`, `UT`, `sD`, `upstream timed out`, `reload`, `OOMKilled`. */
  readonly facts: readonly string[];
  readonly client?: Endpoint;
  readonly server?: Endpoint;
  /** Pod, node, container or host that it is about. */
  readonly subject?: string;
  readonly status?: number;
  readonly durationMs?: number;
  /** The line, at most 1,024 characters, secrets masked. */
  readonly text: string;
}

/** How far a kernel counter moved between two readings. */
export interface CounterFact {
  readonly ref: Ref;
  /** As the kernel names it: `TCPAbortOnClose`, `ListenOverflows`. */
  readonly name: string;
  readonly delta: number;
  readonly fromMs: number;
  readonly untilMs: number;
}
