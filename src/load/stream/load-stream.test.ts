// One file, since every way in which a connection can go uses the same fakes of transport and observer.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { nowUs } from '../clock.ts';
import {
  LoadStream,
  type StreamEnd,
  type StreamObserver,
  type StreamPlan,
  type StreamSettings,
} from './load-stream.ts';
import type { Transport, TransportOwner } from './transport.ts';

const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\n';
const CLOSE_DELIMITED = `${HEAD}\r\n`;
const CHUNKED = `${HEAD}Transfer-Encoding: chunked\r\n\r\n`;

/** A connection that a test plays by hand. */
class FakeTransport implements Transport {
  readonly owner: TransportOwner;
  readonly localAddress: string | undefined;
  readonly readBytes: number;
  readonly calls: string[] = [];
  written = '';
  #wantsMore = true;

  constructor(owner: TransportOwner, localAddress: string | undefined, readBytes: number) {
    this.owner = owner;
    this.localAddress = localAddress;
    this.readBytes = readBytes;
  }

  get reads(): boolean {
    return this.#wantsMore;
  }

  write(text: string): void {
    this.written += text;
  }

  pause(): void {
    this.calls.push('pause');
  }

  resume(): void {
    this.calls.push('resume');
    this.#wantsMore = true;
  }

  close(): void {
    this.calls.push('close');
  }

  reset(): void {
    this.calls.push('reset');
  }

  /** The server sends; the bytes are spoilt afterwards, as a shared buffer would be. */
  send(text: string): this {
    const bytes = Buffer.from(text);
    this.#wantsMore = this.owner.onTransportBytes(bytes, bytes.length);
    bytes.fill(0x21);
    return this;
  }

  answer(text: string): this {
    this.owner.onTransportConnect();
    return this.send(text);
  }
}

interface Rig {
  readonly stream: LoadStream;
  readonly said: unknown[][];
  readonly ends: StreamEnd[];
  readonly transports: FakeTransport[];
  /** Opens it and gives the new connection. */
  open(): FakeTransport;
}

function rig(
  given: {
    settings?: Partial<StreamSettings>;
    plan?: Partial<StreamPlan>;
    observer?: Partial<StreamObserver>;
  } = {},
): Rig {
  const said: unknown[][] = [];
  const ends: StreamEnd[] = [];
  const transports: FakeTransport[] = [];
  const observer: StreamObserver = {
    onConnect: () => said.push(['connect']),
    onHead: () => said.push(['head']),
    onFirstEvent: () => said.push(['first']),
    onEvent: (_stream, data, lastEventId, _atUs, type) => said.push(['event', type, data, lastEventId]),
    onHeartbeat: () => said.push(['heartbeat']),
    onBytes: () => {},
    onOversized: (_stream, { reason }) => said.push([reason]),
    onEnd: (_stream, end) => ends.push(end),
    ...given.observer,
  };
  const settings: StreamSettings = {
    target: { address: '127.0.0.1', port: 80 },
    openTransport: (owner, _target, localAddress, readBytes) => {
      const transport = new FakeTransport(owner, localAddress, readBytes);
      transports.push(transport);
      return transport;
    },
    host: 'hub.test',
    headers: [],
    connectTimeoutMs: 5000,
    headTimeoutMs: 2000,
    silenceTimeoutMs: undefined,
    ...given.settings,
  };
  const stream = new LoadStream(settings, observer, { index: 3, path: '/stream?topic=a', ...given.plan });
  const open = () => {
    stream.open();
    return transports.at(-1)!;
  };
  return { stream, said, ends, transports, open };
}

/** Moves the stream's clock: to `seconds` from now. */
const later = (seconds: number) => nowUs() + seconds * 1_000_000;

describe('LoadStream', () => {
  it('asks for the stream as a browser does, with the headers it was given', () => {
    const { open } = rig({
      settings: {
        headers: [
          ['Accept', '*/*'],
          ['Authorization', 'Bearer x'],
        ],
      },
    });
    const transport = open();
    transport.owner.onTransportConnect();
    assert.equal(
      transport.written,
      'GET /stream?topic=a HTTP/1.1\r\nHost: hub.test\r\ncache-control: no-cache\r\n' +
        'Accept: */*\r\nAuthorization: Bearer x\r\n\r\n',
    );
  });

  it('tells events, heartbeats and retry, in the order in which they came', () => {
    const { stream, said, open } = rig();
    open().answer(`${CLOSE_DELIMITED}retry: 1500\nid: 1\n\n:\n\nid: 2\nevent: e\ndata: x\n\ndata: y\n\n`);
    assert.deepEqual(said, [
      ['connect'],
      ['head'],
      ['heartbeat'],
      ['heartbeat'],
      ['first'],
      ['event', 'e', 'x', '2'],
      ['event', 'message', 'y', '2'],
    ]);
    assert.deepEqual([stream.retryMs, stream.lastEventId, stream.isOpen], [1500, '2', true]);
  });

  it('sends the last event id when it comes back, also one whose chunk is long gone', () => {
    const { stream, open, transports } = rig();
    const id = 'abcdef-0000000000000012-é';
    open().answer(`${CLOSE_DELIMITED}id: ${id}\ndata: x\n\n`).owner.onTransportFin();
    stream.tick(nowUs(), 1000);
    const second = open();
    stream.tick(nowUs(), 1000);
    second.owner.onTransportConnect();
    assert.ok(second.written.endsWith(`\r\nlast-event-id: ${id}\r\n\r\n`), second.written);
    second.send(`${CLOSE_DELIMITED}data: y\n\n`);
    stream.tick(nowUs(), 1000);
    assert.equal(stream.lastEventId, id);
    second.owner.onTransportFin();
    stream.forgetPosition();
    open().owner.onTransportConnect();
    assert.ok(!transports.at(-1)!.written.includes('last-event-id'));
  });

  it("keeps an id of any length and no other stream's", () => {
    const ids = ['a', 'exactly-13-ch', 'é'.repeat(1300), '😀'.repeat(700), 'x'.repeat(5000), 'exactly-13-ch'];
    const all = ids.map((id) => {
      const { stream, open } = rig();
      open().answer(`${CLOSE_DELIMITED}id: ${id}\n\n`);
      return stream;
    });
    assert.deepEqual(
      all.map(({ lastEventId }) => lastEventId),
      ids,
    );
  });

  it('begins each connection anew: nothing of a cut block or head stays', () => {
    const { said, open } = rig();
    open().answer(`${CLOSE_DELIMITED}id: 5\ndata: half`).owner.onTransportFin();
    open().answer(`${CHUNKED}e\r\n\uFEFFdata: new\n\n\r\n`);
    assert.deepEqual(said.at(-1), ['event', 'message', 'new', '']);
    assert.equal(said.filter(([name]) => name === 'first').length, 1);
  });

  const answers: readonly [title: string, text: string, kind: StreamEnd['kind'], detail: RegExp][] = [
    ['a last chunk', `${CHUNKED}0\r\n\r\n`, 'complete', /complete/],
    ['a full length', `${HEAD}Content-Length: 2\r\n\r\n:\n`, 'complete', /complete/],
    [
      'another status',
      'HTTP/1.1 503 No\r\nContent-Type: text/event-stream\r\nContent-Length: 4\r\n\r\nfull',
      'refused',
      /^status 503, text\/event-stream: "full"$/,
    ],
    [
      'another type',
      'HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nhi',
      'refused',
      /^status 200, text\/html: "hi"$/,
    ],
    ['no type', 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n', 'refused', /^status 200, no content type$/],
    ['no content', 'HTTP/1.1 204 No Content\r\n\r\n', 'refused', /^status 204/],
    [
      'a packed body',
      `${HEAD}Content-Encoding: gzip\r\nContent-Length: 1\r\n\r\nx`,
      'refused',
      /content-encoding gzip/,
    ],
    [
      'a long reason',
      `HTTP/1.1 500 E\r\n\r\n${'r'.repeat(300)}`,
      'refused',
      /^status 500, no content type: "r{200}"$/,
    ],
    ['no HTTP', '\x15\x03\x01\r\n\r\n', 'refused', /not readable as HTTP: it does not begin/],
    ['a huge head', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(17_000)}`, 'refused', /larger than 16384 bytes/],
    ['broken chunks', `${CHUNKED}xyz\r\n`, 'truncated', /"xyz" is no chunk size/],
  ];
  for (const [title, text, kind, detail] of answers) {
    it(`calls ${title} '${kind}' at once and lets the connection go`, () => {
      const { ends, open, stream } = rig();
      const transport = open().answer(text);
      assert.equal(ends.length, 1);
      assert.equal(ends[0]!.kind, kind);
      assert.match(ends[0]!.detail, detail);
      assert.deepEqual([transport.calls, stream.isClosed], [['close'], true]);
    });
  }

  it('takes the reason of a refusal in pieces, until the close, or until its time is up', () => {
    const { stream, ends, open } = rig();
    const refusal = 'HTTP/1.1 401 No\r\nContent-Type: text/plain\r\n\r\n';
    open().answer(refusal).send('no ').send('key').owner.onTransportFin();
    open().answer(refusal).send('slow');
    stream.tick(later(1), 1000);
    assert.equal(ends.length, 1);
    stream.tick(later(2.5), 1000);
    open().answer(refusal).owner.onTransportFailure('ECONNRESET');
    assert.deepEqual(
      ends.map(({ kind, detail, status }) => [kind, detail, status]),
      [
        ['refused', 'status 401, text/plain: "no key"', 401],
        ['refused', 'status 401, text/plain: "slow"', 401],
        ['refused', 'status 401, text/plain', 401],
      ],
    );
  });

  it('tells a close that completes the body from one that cuts it', () => {
    const { ends, open } = rig();
    open().answer(CLOSE_DELIMITED).owner.onTransportFin();
    open().answer(`${CHUNKED}5\r\nda`).owner.onTransportFin();
    open().answer(CHUNKED).owner.onTransportFin();
    open().answer('HTTP/1.1 200').owner.onTransportFin();
    assert.deepEqual(
      ends.map(({ kind, detail }) => [kind, detail]),
      [
        ['complete', 'the response is complete'],
        ['truncated', 'FIN before the body was complete'],
        ['truncated', 'FIN before the body was complete'],
        ['truncated', 'FIN before the response head was complete'],
      ],
    );
  });

  it('tells failures before and after the connection was made', () => {
    const { ends, open } = rig();
    open().owner.onTransportFailure('ECONNREFUSED');
    open().answer('').owner.onTransportFailure('ECONNRESET');
    open().answer(CHUNKED).owner.onTransportFailure('EPIPE');
    open().answer(CHUNKED).owner.onTransportFailure('ETIMEDOUT');
    assert.deepEqual(
      ends.map(({ kind, detail, status }) => [kind, detail, status]),
      [
        ['unreachable', 'ECONNREFUSED', undefined],
        ['reset', 'ECONNRESET', undefined],
        ['reset', 'EPIPE', 200],
        ['timeout', 'ETIMEDOUT', 200],
      ],
    );
  });

  it("gives up by the owner's ticks: connecting, asking, and in silence if told so", () => {
    const { stream, ends, open } = rig({ settings: { silenceTimeoutMs: 30_000 } });
    open();
    stream.tick(later(4.9), 1000);
    assert.equal(ends.length, 0);
    stream.tick(later(5.1), 1000);
    open().answer('HTTP');
    stream.tick(later(2.1), 1000);
    open().answer(CLOSE_DELIMITED);
    stream.tick(later(29), 1000);
    assert.equal(ends.length, 2);
    stream.tick(later(31), 1000);
    assert.deepEqual(
      ends.map(({ kind, detail }) => [kind, detail]),
      [
        ['timeout', 'no connection within 5000 ms'],
        ['timeout', 'no response head within 2000 ms'],
        ['timeout', 'no sign of life for 30000 ms'],
      ],
    );
  });

  it('without a silence limit waits for ever, as a browser does, but is not fresh', () => {
    const { stream, ends, open } = rig();
    assert.equal(stream.isFresh(nowUs(), 1e12), false);
    open().answer(CLOSE_DELIMITED);
    assert.equal(stream.isFresh(later(20), 30_000_000), true);
    stream.tick(later(90), 1000);
    assert.equal(ends.length, 0);
    assert.equal(stream.isFresh(later(90), 30_000_000), false);
    assert.ok(stream.longestSilenceUs(later(90)) >= 90_000_000);
  });

  it('counts a retry or an unfinished block as no sign of life', () => {
    const gaps: (number | undefined)[] = [];
    const { stream, open } = rig({ observer: { onHeartbeat: (_stream, gapUs) => gaps.push(gapUs) } });
    const transport = open().answer(`${CLOSE_DELIMITED}`);
    const beganUs = nowUs();
    while (nowUs() - beganUs < 5000);
    transport.send('retry: 1\n\ndata: x\n');
    assert.ok(stream.longestSilenceUs(nowUs()) >= 5000);
    transport.send(':\n');
    assert.ok(gaps[0]! >= 5000 && gaps[0]! < 5_000_000, `${gaps}`);
    assert.equal(stream.longestSilenceUs(nowUs()), gaps[0]);
  });

  it('has no gap for a heartbeat that came in one read with the head or an event', () => {
    const gaps: (number | undefined)[] = [];
    const { open } = rig({ observer: { onHeartbeat: (_stream, gapUs) => gaps.push(gapUs) } });
    const transport = open().answer(`${CLOSE_DELIMITED}:greeting\n\n`);
    const beganUs = nowUs();
    while (nowUs() === beganUs);
    transport.send('data: x\n\n:behind it\n\n');
    while (nowUs() - beganUs < 1000);
    transport.send(':alone\n\n');
    assert.deepEqual(gaps.slice(0, 2), [undefined, undefined]);
    assert.ok(gaps[2]! > 0, `${gaps}`);
  });

  it('ends by FIN or RST on request, once, and tells nothing afterwards', () => {
    const { stream, said, ends, open } = rig();
    const first = open().answer(CHUNKED);
    stream.leave();
    stream.leave();
    const second = open().answer(CHUNKED);
    stream.abort();
    stream.abort();
    assert.deepEqual([first.calls, second.calls], [['close'], ['reset']]);
    assert.deepEqual(
      ends.map(({ kind, detail }) => [kind, detail]),
      [
        ['own', 'left with FIN'],
        ['own', 'left with RST'],
      ],
    );
    assert.equal(said.length, 4);
  });

  it('reads nothing more of a chunk when the observer ends it, and may be opened again from there', () => {
    const events: string[] = [];
    const { stream, ends, transports, open } = rig({
      observer: {
        onEvent: (given, data) => {
          events.push(data);
          given.leave();
        },
        onEnd: (given, end) => {
          ends.push(end);
          if (ends.length === 1) given.open();
        },
      },
    });
    open().answer(`${CHUNKED}20\r\nid: 1\ndata: a\n\nid: 2\ndata: b\n\n\n\n\n\r\n0\r\n\r\n`);
    assert.deepEqual([events, ends.length, transports.length, stream.lastEventId], [['a'], 1, 2, '1']);
    transports[1]!.answer(`${CLOSE_DELIMITED}data: c\n\n`);
    assert.deepEqual(events, ['a', 'c']);
  });

  it('that left and forgot its position in the middle of a chunk has forgotten it', () => {
    const { stream, open } = rig({
      observer: { onEvent: (given) => given.leave(), onEnd: (given) => given.forgetPosition() },
    });
    open().answer(`${CLOSE_DELIMITED}id: 1\ndata: a\n\nid: 2\ndata: b\n\n`);
    assert.equal(stream.lastEventId, '');
  });

  it('that was slow and left lets its connection read on to the end', () => {
    const { open } = rig({
      plan: { readBytesPerSecond: 10 },
      observer: { onEvent: (given) => given.leave() },
    });
    assert.equal(open().answer(`${CLOSE_DELIMITED}data: a\n\n`).reads, true);
  });

  it('that is slow reads its rate a second: what it took too much it waits for', () => {
    const { stream, open } = rig({ plan: { readBytesPerSecond: 1000 } });
    const transport = open();
    assert.equal(transport.readBytes, 1000);
    transport.owner.onTransportConnect();
    transport.send(CLOSE_DELIMITED);
    assert.equal(transport.reads, true);
    transport.send(`:${'x'.repeat(2998)}\n`);
    assert.equal(transport.reads, false);
    for (let second = 1; second <= 2; second++) {
      stream.tick(nowUs(), 1000);
      assert.equal(transport.reads, false, `after ${second} s`);
    }
    stream.tick(nowUs(), 1000);
    assert.equal(transport.reads, true);
    for (let second = 0; second < 5; second++) stream.tick(nowUs(), 1000);
    assert.deepEqual(transport.calls, ['resume'], 'what it did not use is not saved, nor asked for again');
    transport.send(':'.padEnd(1000, 'x'));
    assert.equal(transport.reads, false);
  });

  it('reports a block that its parser cannot hold', () => {
    const { said, open } = rig();
    open().answer(`${CLOSE_DELIMITED}data: ${'x'.repeat(1_100_000)}\n\ndata: y\n\n`);
    assert.deepEqual(said.slice(2), [['event-too-large'], ['first'], ['event', 'message', 'y', '']]);
  });

  it('is not opened twice', () => {
    const { stream, open } = rig();
    open();
    assert.throws(() => stream.open(), /Stream 3 is open already/);
  });
});
