// The kernel's table of TCP sockets, as /proc/net/tcp and /proc/net/tcp6 give it: one line a socket. It reads bytes
// and opens no files; what is no row (the header, a line of a later kernel that it does not understand) is passed over.
//
//   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ...
//    0: 0100007F:1F90 0200007F:C350 01 00000000:00000000 02:000A8C3B 00000000     0        0 81325 2 ...

/** The state's number in the table -> what `ss` calls it. */
export const tcpStates = [
  'unknown',
  'established',
  'syn-sent',
  'syn-recv',
  'fin-wait-1',
  'fin-wait-2',
  'time-wait',
  'close',
  'close-wait',
  'last-ack',
  'listen',
  'closing',
  'new-syn-recv',
] as const;
export type TcpState = (typeof tcpStates)[number];

/** Which timer of the socket runs, by its number in the table. */
export const tcpTimers = ['none', 'retransmit', 'keepalive', 'time-wait', 'zero-window-probe'] as const;
export type TcpTimer = (typeof tcpTimers)[number] | 'unknown';

/**
 * One socket. There is one object for all rows of a call: read what you need, keep no row. Only what is asked for is
 * made into text.
 */
export interface TcpRow {
  readonly localPort: number;
  readonly remotePort: number;
  readonly state: TcpState;
  /** Bytes written and not acknowledged; of a listener 0. */
  readonly txQueue: number;
  /** Bytes received and not read; of a listener the connections that wait for `accept`. */
  readonly rxQueue: number;
  readonly timer: TcpTimer;
  /** How often what is unacknowledged was sent again. */
  readonly retransmits: number;
  /** 0 when no process holds the socket, as in time-wait. */
  readonly inode: number;
  /**
   * For how long what is unacknowledged has been under way, in milliseconds, from when it was first sent; 0 when
   * nothing was sent again, or when the line does not say. Too much only when that is longer than 4 minutes: the
   * kernel doubles its timeout each time, up to 2.
   */
  unacknowledgedMs(): number;
  /** As Node.js writes it: `127.0.0.1`, `::1`, `::ffff:127.0.0.1`. */
  localAddress(): string;
  remoteAddress(): string;
}

/**
 * Calls `visit` for each row of a whole line in `chunk`, and answers how many bytes those lines were: the rest is the
 * beginning of a line, and belongs before the next chunk.
 *
 * 30,000 sockets are 4.5 MB and 10 to 20 ms of work: 0.1 to 0.3 ms for a chunk of 64 KiB.
 */
export function readTcpTable(chunk: Uint8Array, visit: (row: TcpRow) => void): number {
  const row = new RowReader(chunk);
  let start = 0;
  for (let end = chunk.indexOf(LF); end !== -1; end = chunk.indexOf(LF, start)) {
    if (row.read(start, end)) visit(row);
    start = end + 1;
  }
  return start;
}

const LF = 0x0a;
const SPACE = 0x20;
const COLON = 0x3a;
const IPV4_DIGITS = 8;
const IPV6_DIGITS = 32;
const MISSING = -1;
const RETRANSMIT = tcpTimers.indexOf('retransmit');
// [linux] USER_HZ: times are printed in 1/100 s on every architecture that Node.js knows.
const TICK_MS = 10;

class RowReader implements TcpRow {
  localPort = 0;
  remotePort = 0;
  txQueue = 0;
  rxQueue = 0;
  retransmits = 0;
  inode = 0;
  readonly #bytes: Uint8Array;
  #at = 0;
  #end = 0;
  #state = 0;
  #timer = 0;
  #untilTimer = 0;
  #behindInode = 0;
  #localAt = 0;
  #remoteAt = 0;
  #addressDigits = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get state(): TcpState {
    return tcpStates[this.#state] ?? 'unknown';
  }

  get timer(): TcpTimer {
    return tcpTimers[this.#timer] ?? 'unknown';
  }

  unacknowledgedMs(): number {
    if (this.#timer !== RETRANSMIT || this.retransmits === 0) return 0;
    this.#at = this.#behindInode;
    // References to the socket and its place in memory stand before the timeout.
    if (this.#number(10) === MISSING || this.#number(16) === MISSING) return 0;
    const timeout = this.#number(10);
    // With t the first timeout and n retransmissions it is t * 2^n now, and the last one came at t * (2^n - 1).
    return timeout === MISSING ? 0 : (timeout * (2 - 2 ** -this.retransmits) - this.#untilTimer) * TICK_MS;
  }

  localAddress(): string {
    return this.#address(this.#localAt);
  }

  remoteAddress(): string {
    return this.#address(this.#remoteAt);
  }

  /** False when the line is no row. */
  read(start: number, end: number): boolean {
    this.#at = start;
    this.#end = end;
    if (this.#number(10) === MISSING || !this.#skip(COLON)) return false;
    this.#localAt = this.#nextField();
    this.localPort = this.#port();
    this.#remoteAt = this.#nextField();
    this.remotePort = this.#port();
    this.#state = this.#number(16);
    this.txQueue = this.#number(16);
    this.rxQueue = this.#skip(COLON) ? this.#number(16) : MISSING;
    this.#timer = this.#number(16);
    this.#untilTimer = this.#skip(COLON) ? this.#number(16) : MISSING;
    this.retransmits = this.#number(16);
    const uid = this.#number(10);
    const probes = this.#number(10);
    this.inode = this.#number(10);
    this.#behindInode = this.#at;
    // After a part that is missing no other is found, up to the inode; only a colon can fail by itself.
    return (
      Math.min(this.localPort, this.remotePort, this.rxQueue, this.#untilTimer, uid, probes, this.inode) >= 0
    );
  }

  /** The place where the next field begins. */
  #nextField(): number {
    while (this.#at < this.#end && this.#bytes[this.#at] === SPACE) this.#at++;
    return this.#at;
  }

  #skip(code: number): boolean {
    if (this.#at >= this.#end || this.#bytes[this.#at] !== code) return false;
    this.#at++;
    return true;
  }

  /** Passes over an address; the port behind it. */
  #port(): number {
    const from = this.#at;
    while (this.#at < this.#end && digitOf(this.#bytes[this.#at]!) < 16) this.#at++;
    this.#addressDigits = this.#at - from;
    if (this.#addressDigits !== IPV4_DIGITS && this.#addressDigits !== IPV6_DIGITS) return MISSING;
    return this.#skip(COLON) ? this.#number(16) : MISSING;
  }

  #number(base: 10 | 16): number {
    const from = this.#nextField();
    let number = 0;
    for (; this.#at < this.#end; this.#at++) {
      const digit = digitOf(this.#bytes[this.#at]!);
      if (digit >= base) break;
      number = number * base + digit;
    }
    return this.#at === from ? MISSING : number;
  }

  #address(at: number): string {
    if (this.#addressDigits === IPV4_DIGITS) return this.#dotted(at);
    const groups = Array.from(
      { length: 8 },
      (_, i) => this.#byte(at, i * 2) * 256 + this.#byte(at, i * 2 + 1),
    );
    const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
    return isMapped ? `::ffff:${this.#dotted(at + 24)}` : ipv6Text(groups);
  }

  #dotted(at: number): string {
    return `${this.#byte(at, 0)}.${this.#byte(at, 1)}.${this.#byte(at, 2)}.${this.#byte(at, 3)}`;
  }

  /** One byte of the address in the order of the wire. The kernel prints words of 4 bytes, the lowest byte last. */
  #byte(at: number, index: number): number {
    const digit = at + (index - (index % 4)) * 2 + (3 - (index % 4)) * 2;
    return digitOf(this.#bytes[digit]!) * 16 + digitOf(this.#bytes[digit + 1]!);
  }
}

/** 16 and more for what is no hexadecimal digit. */
function digitOf(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  const lower = code | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : NO_DIGIT;
}
const NO_DIGIT = 255;

/** The longest run of two and more zeros becomes `::`, the first of equals (RFC 5952). */
function ipv6Text(groups: readonly number[]): string {
  let [from, length] = [0, 1];
  for (let i = 0; i < groups.length; i++) {
    let zeros = 0;
    while (groups[i + zeros] === 0) zeros++;
    if (zeros > length) [from, length] = [i, zeros];
  }
  const text = (part: readonly number[]) => part.map((group) => group.toString(16)).join(':');
  if (length < 2) return text(groups);
  return `${text(groups.slice(0, from))}::${text(groups.slice(from + length))}`;
}
