// Rules about connecting and about kept connections: S13, S14, S16, S18, S21, S27, S30, C0.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceOf, FlowScript, START_MS } from '../../../test/support/flow-script.ts';
import { diagnose, type Evidence, type Finding, type Flow } from '../index.ts';

const ids = (findings: readonly Finding[]) => findings.map(({ id, sureness }) => `${id} ${sureness}`);
const findingsOf = (flows: readonly (FlowScript | Flow)[], over: Partial<Evidence> = {}) =>
  diagnose(evidenceOf(flows, over)).findings;
const served = (atMs = 0) => new FlowScript({ atMs }).connect().request().respond().events(20, 400);

const fact = (facts: readonly string[], text: string) => ({
  ref: { source: 0, at: 7 },
  atMs: START_MS + 500,
  program: 'kernel',
  facts,
  text,
});

describe('S14, connection refused', () => {
  it('is sure for RST to SYN and for ICMP unreachable', () => {
    assert.deepEqual(ids(findingsOf([new FlowScript().syn().wait(1).refuse()])), ['S14 sure']);
    assert.deepEqual(ids(findingsOf([new FlowScript().syn().icmpUnreachable()])), ['S14 sure']);
  });

  it('is not claimed for one SYN at the end of a capture', () => {
    const { findings, unknown } = diagnose(evidenceOf([new FlowScript().syn()]));
    assert.deepEqual(findings, []);
    assert.equal(unknown[0]!.count, 1);
  });
});

describe('S13, listen queue overflow', () => {
  const dropped = (atMs: number) => {
    const script = new FlowScript({ atMs }).syn();
    for (const ms of [1000, 2000, 4000]) script.wait(ms).syn(true);
    return script;
  };

  it('is possible for SYNs without an answer while the port serves others, and sure with the counter', () => {
    assert.deepEqual(ids(findingsOf([served(), dropped(200)])), ['S13 possible']);
    const counters = [
      {
        ref: { source: 0, at: 1 },
        name: 'ListenOverflows',
        delta: 3,
        fromMs: START_MS,
        untilMs: START_MS + 9000,
      },
    ];
    assert.deepEqual(ids(findingsOf([served(), dropped(200)], { counters })), ['S13 sure']);
  });

  it('is likely for a first request that is sent again and again, and not for a long body that is under way', () => {
    const asked = (bytes: number) =>
      new FlowScript({ atMs: 300 }).connect().data('client', bytes, ['unanswered']);
    const unheard = asked(70);
    for (const ms of [200, 400, 800]) unheard.wait(ms).again('client', 70);
    unheard.wait(1).resetAnswer('server');
    assert.deepEqual(ids(findingsOf([served(), unheard])), ['S13 likely']);
    const body = asked(1400).data('client', 1400, ['unanswered']).data('client', 1400, ['unanswered']);
    assert.deepEqual(findingsOf([served(), body.wait(900).packet('server', 'A')]), []);
  });

  it('is likely for a SYN-ACK that is repeated after its acknowledgment, and for RST right after the handshake', () => {
    assert.deepEqual(
      ids(
        findingsOf([new FlowScript().connect().wait(1000).packet('server', 'AS', ['syn', 'retransmission'])]),
      ),
      ['S13 likely'],
    );
    assert.deepEqual(ids(findingsOf([new FlowScript().connect().resetAnswer('server')])), ['S13 likely']);
  });

  it('stays open (C0) when nobody was served there', () => {
    assert.deepEqual(ids(findingsOf([dropped(0)])), ['C0 possible']);
  });

  it('is not claimed for one lost SYN', () => {
    const late = new FlowScript({ atMs: 300 })
      .syn()
      .wait(1000)
      .syn(true)
      .wait(1)
      .packet('server', 'AS', ['syn']);
    assert.deepEqual(findingsOf([served(), late.flow({ establishedMs: START_MS + 1302 })]), []);
  });
});

describe('S18, conntrack table full', () => {
  it('needs the log or the counters', () => {
    const silent = new FlowScript().syn().wait(1000).syn(true);
    const logs = [fact(['table-full'], 'nf_conntrack: table full, dropping packet')];
    assert.deepEqual(ids(findingsOf([silent], { logs })), ['S18 sure']);
    assert.deepEqual(ids(findingsOf([silent])), ['C0 possible']);
    assert.ok(diagnose(evidenceOf([silent])).notChecked.some((line) => line.includes('S18')));
    assert.deepEqual(findingsOf([served()], { logs }), []);
  });
});

describe('S21, port pair reused too early', () => {
  it('is sure for SYN, ACK, RST, SYN', () => {
    const script = new FlowScript()
      .syn()
      .packet('server', 'A')
      .packet('client', 'R', ['rst'])
      .wait(1000)
      .syn(true);
    assert.deepEqual(ids(findingsOf([script])), ['S21 sure']);
  });

  it('is not claimed when the SYN is answered as it should be', () => {
    assert.deepEqual(findingsOf([served()]), []);
  });
});

describe('S30, kept connection closed under a new request', () => {
  const kept = () =>
    new FlowScript()
      .connect()
      .request('/a')
      .respond({}, 200, 'content-length')
      .event(10)
      .complete()
      .wait(5000)
      .request('/b');

  it('is sure when a connection that has served is closed at once', () => {
    assert.deepEqual(ids(findingsOf([kept().wait(2).fin('server')])), ['S30 sure']);
    assert.deepEqual(ids(findingsOf([kept().wait(2).reset('server')])), ['S30 sure']);
  });

  it('is a timer when the server kept the request for long', () => {
    assert.deepEqual(ids(findingsOf([kept().wait(30_000).fin('server')])), ['S34 possible']);
  });

  it('is not claimed for the first request of a connection', () => {
    assert.deepEqual(ids(findingsOf([new FlowScript().connect().request().wait(2).fin('server')])), [
      'S22 sure',
    ]);
  });
});

describe('S16 and S27, what a hop changed in a handshake', () => {
  // The same connection at two captures: same first numbers, another source.
  const both = (near: Flow, far: Partial<Flow['segments'][number]>) => {
    const { segments, ...rest } = near;
    const moved = segments.map((segment) => ({
      ...segment,
      ref: { ...segment.ref, source: 1 },
      ttl: segment.from === 'client' ? 62 : 64,
    }));
    const syn = { ...moved[0]!, ...far };
    return [near, { ...rest, id: `${near.id} far`, source: 1, segments: [syn, ...moved.slice(1)] }];
  };

  it('is S16, and sure, when the window scale differs', () => {
    const near = served().complete().flow();
    const options = { kinds: [2, 4, 8], mss: 1460 };
    const findings = findingsOf(both(near, { options }));
    assert.deepEqual(ids(findings), ['S16 sure']);
    assert.match(findings[0]!.title, /7 became none/);
    assert.equal(findings[0]!.sources, 2);
  });

  it('is S27 when other options are gone', () => {
    const near = new FlowScript()
      .connect({ windowScale: 7, kinds: [2, 4, 8, 3, 254] })
      .request()
      .respond()
      .complete()
      .flow();
    const options = { kinds: [2, 4, 8, 3], mss: 1460, windowScale: 7 };
    assert.deepEqual(ids(findingsOf(both(near, { options }))), ['S27 sure']);
  });

  it('claims nothing when both agree, and counts the connection once', () => {
    const { findings, normal } = diagnose(evidenceOf(both(served().complete().flow(), {})));
    assert.deepEqual(findings, []);
    assert.deepEqual(normal, [{ what: 'whole responses', count: 1 }]);
  });

  it('says that it was not looked for with one capture', () => {
    const { notChecked } = diagnose(evidenceOf([served()]));
    assert.ok(notChecked.some((line) => line.includes('S16') && line.includes('S27')));
  });
});
