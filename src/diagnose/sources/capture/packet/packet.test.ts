import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { icmpError, ipPacket, linkLayers } from '../../../../../test/support/capture/packet-builder.ts';
import type { CapturedPacket } from '../file/captured-packet.ts';
import { addressText } from './address.ts';
import { Dissector } from './dissector.ts';
import { advance, distance, unsigned } from './sequence.ts';
import { flagLetters } from './tcp-flags.ts';
import { readTcpOptions } from './tcp-options.ts';

const hex = (text: string) => Buffer.from(text.replaceAll(' ', ''), 'hex');

function captured(bytes: Buffer, linkType: number, wireLength = bytes.length): CapturedPacket {
  const rest = { number: 1, offset: 0, seconds: 1, nanoseconds: 0, interfaceIndex: 0 };
  return { ...rest, bytes, start: 0, end: bytes.length, wireLength, linkType };
}

const kindOf = (bytes: Buffer, linkType = 1, wireLength = bytes.length) =>
  new Dissector().dissect(captured(bytes, linkType, wireLength));

describe('sequence numbers', () => {
  const seq = fc.nat(0xffffffff);

  it('are as far from each other as they were advanced, also around 2^32', () => {
    fc.assert(
      fc.property(seq, fc.nat(0x7fffffff), (from, count) => {
        const to = advance(from, count);
        assert.ok(unsigned(to) >= 0 && unsigned(to) <= 0xffffffff);
        assert.equal(distance(to, from), count);
        assert.equal(distance(from, to), count === 0 ? 0 : -count);
      }),
    );
  });

  it('add up along the way', () => {
    const step = fc.integer({ min: -0x3fffffff, max: 0x3fffffff });
    fc.assert(
      fc.property(seq, step, step, (from, first, second) => {
        const middle = advance(from, first);
        assert.equal(distance(advance(middle, second), from), distance(middle, from) + second);
      }),
    );
  });
});

describe('flagLetters', () => {
  it('names the flags in the order of the header', () => {
    assert.equal(flagLetters(0x14), 'AR');
    assert.equal(flagLetters(0x02), 'S');
    assert.equal(flagLetters(0xff), 'CEUAPRSF');
    assert.equal(flagLetters(0), '');
  });
});

describe('readTcpOptions', () => {
  const read = (text: string) => {
    const bytes = hex(text);
    return readTcpOptions(bytes, 0, bytes.length);
  };

  it('reads what it knows and keeps the kinds that it does not', () => {
    assert.deepEqual(read('020405b4 0402 080a00000001fffffffe 01 030307 fe04aabb'), {
      kinds: [2, 4, 8, 3, 254],
      mss: 1460,
      sackPermitted: true,
      timestamp: 1,
      timestampEcho: 0xfffffffe,
      windowScale: 7,
    });
    assert.deepEqual(read('1e0401 05 0101'), { kinds: [30] });
    assert.deepEqual(read('1e048105'), { kinds: [30], mptcpResetReason: 5 });
  });

  it('has none where there is only padding', () => {
    assert.equal(read(''), undefined);
    assert.equal(read('01010100'), undefined);
  });

  it('ends at a length that cannot be', () => {
    assert.deepEqual(read('020405b4 0800 030307'), { kinds: [2], mss: 1460 });
    assert.deepEqual(read('020405b4 080a0000'), { kinds: [2], mss: 1460 });
    assert.deepEqual(read('0402 08'), { kinds: [4], sackPermitted: true });
  });
});

describe('addressText', () => {
  it('writes IPv6 in its canonical form', () => {
    const text = (bytes: string) => addressText(hex(bytes), 0, 6);
    assert.equal(text('20010db8 00000000 00000000 00000001'), '2001:db8::1');
    assert.equal(text('00000000 00000000 00000000 00000001'), '::1');
    assert.equal(text('20010db8 00010000 00010001 00010001'), '2001:db8:1:0:1:1:1:1');
    assert.equal(text('20010000 00000001 00000000 00000001'), '2001:0:0:1::1');
    assert.equal(text('00000000 00000000 0000ffff 0a000001'), '::ffff:10.0.0.1');
  });
});

describe('Dissector', () => {
  it('names what is no TCP', () => {
    const ethernet = (type: string, rest = '00'.repeat(40)) =>
      kindOf(hex(`${'02'.repeat(12)}${type}${rest}`));
    assert.equal(ethernet('0806'), 'arp');
    assert.equal(ethernet('0026'), 'no-ip');
    assert.equal(ethernet('1234'), 'ethertype-0x1234');
    assert.equal(ethernet('0800'), 'ip-malformed');
    assert.equal(ethernet('0800', '4500'), 'ip-cut');
    assert.equal(ethernet('8100', '00'), 'cut');
    const withProtocol = (protocol: number) => {
      const ip = ipPacket({});
      ip[9] = protocol;
      return kindOf(ip, 101);
    };
    assert.equal(withProtocol(17), 'udp');
    assert.equal(withProtocol(47), 'ip-protocol-47');
    assert.equal(kindOf(ipPacket({}).subarray(0, 30), 101, 40), 'tcp-cut');
    const later = ipPacket({ payload: Buffer.alloc(100) });
    later[7] = 4;
    assert.equal(kindOf(later, 101), 'fragment');
    const short = ipPacket({});
    short[32] = 0x40;
    assert.equal(kindOf(short, 101), 'tcp-malformed');
  });

  it('does not take apart a link type that it does not know', () => {
    assert.equal(kindOf(ipPacket({}), 147), undefined);
  });

  it('takes the length from the packet where the host left 0 for its card to fill in', () => {
    for (const from of ['10.0.0.1', '2001:db8::1']) {
      const to = from === '10.0.0.1' ? '10.0.0.2' : '2001:db8::2';
      const ip = ipPacket({ from, to, payload: Buffer.alloc(70_000) });
      ip.writeUInt16BE(0, from === '10.0.0.1' ? 2 : 4);
      const dissector = new Dissector();
      const packet = linkLayers.ethernet.wrap(ip);
      assert.equal(dissector.dissect(captured(packet, 1)), 'tcp');
      assert.equal(dissector.tcp.payloadBytes, 70_000);
    }
  });

  it('reads a jumbogram', () => {
    const body = Buffer.alloc(6);
    body.writeUInt16BE(0xc204, 0);
    body.writeUInt32BE(8 + 20 + 70_000, 2);
    const ip = ipPacket({
      from: '2001:db8::1',
      to: '2001:db8::2',
      payload: Buffer.alloc(70_000),
      extensions: [{ kind: 0, body }],
    });
    ip.writeUInt16BE(0, 4);
    const dissector = new Dissector();
    assert.equal(dissector.dissect(captured(ip, 101)), 'tcp');
    assert.equal(dissector.tcp.payloadBytes, 70_000);
  });

  it('reads which packet an ICMP error is about', () => {
    for (const [from, to, router] of [
      ['10.0.0.1', '10.0.0.2', '10.0.0.254'],
      ['2001:db8::1', '2001:db8::2', '2001:db8::ffff'],
    ] as const) {
      const about = ipPacket({ from, to, fromPort: 1234, toPort: 80, seq: 77 });
      const dissector = new Dissector();
      const error = icmpError(about, router, from === '10.0.0.1' ? 3 : 1, 1);
      assert.equal(dissector.dissect(captured(error, 101)), 'icmp-error');
      const { tcp, icmpFromAt, icmpCode } = dissector;
      assert.equal(addressText(tcp.bytes, icmpFromAt, tcp.ipVersion), router);
      assert.equal(addressText(tcp.bytes, tcp.addressesAt, tcp.ipVersion), from);
      assert.deepEqual([tcp.sourcePort, tcp.destinationPort, tcp.seq, icmpCode], [1234, 80, 77, 1]);
    }
  });

  it('knows the bytes that were captured from those on the wire', () => {
    const whole = ipPacket({ payload: Buffer.alloc(1000) });
    const dissector = new Dissector();
    assert.equal(dissector.dissect(captured(whole.subarray(0, 96), 101, whole.length)), 'tcp');
    const { payloadBytes, payloadAt, payloadEnd, isCut, verdict } = dissector.tcp;
    assert.deepEqual([payloadBytes, payloadEnd - payloadAt, isCut, verdict], [1000, 56, true, undefined]);
  });
});
