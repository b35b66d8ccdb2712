// Rules about resets and lost peers: S01, S06, S07, S15, S17, S19, S20, S31, C1.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceOf, FlowScript, START_MS } from '../../../test/support/flow-script.ts';
import { diagnose, type Evidence, type Finding } from '../index.ts';

const ids = (findings: readonly Finding[]) => findings.map(({ id, sureness }) => `${id} ${sureness}`);
const findingsOf = (flows: readonly FlowScript[], over: Partial<Evidence> = {}, tailMs = 0) =>
  diagnose(evidenceOf(flows, over, tailMs)).findings;
const stream = (atMs = 0) => new FlowScript({ atMs }).connect().request().respond().events(4, 500);

const counter = (name: string, delta = 1) => ({
  ref: { source: 0, at: 1 },
  name,
  delta,
  fromMs: START_MS,
  untilMs: START_MS + 60_000,
});

describe('S01, idle connection dropped in between', () => {
  it('is likely for one reset without a socket after the longest pause', () => {
    const [finding] = findingsOf([
      stream().wait(350_000).data('server', 40, ['unanswered']).resetAnswer('client'),
    ]);
    assert.equal(`${finding!.id} ${finding!.sureness}`, 'S01 likely');
    assert.ok(finding!.more.some((more) => more.includes('AWS Network Load Balancer')));
  });

  it('is sure when several connections show it at several moments', () => {
    const flows = [0, 9000, 17_000].map((atMs) =>
      stream(atMs).wait(41_370).data('server', 40, ['unanswered']).resetAnswer('client'),
    );
    assert.deepEqual(ids(findingsOf(flows)), ['S01 sure']);
  });

  it('sees the silent form when busy connections to the same host live on', () => {
    const idle = stream().wait(20_000).data('server', 40, ['unanswered']);
    for (const ms of [200, 400, 800, 1600, 3200]) idle.wait(ms).again('server', 40);
    const busy = stream().events(40, 1000);
    assert.deepEqual(ids(findingsOf([idle])), ['S20 likely']);
    assert.deepEqual(ids(findingsOf([idle, busy])), ['S01 likely']);
    const others = findingsOf([
      idle,
      busy,
      stream(100)
        .wait(21_000)
        .data('server', 40, ['unanswered'])
        .wait(200)
        .again('server', 40)
        .wait(400)
        .again('server', 40)
        .wait(800)
        .again('server', 40),
    ]);
    assert.deepEqual(ids(others), ['S01 sure']);
  });

  it('is not claimed without a pause, nor after a longer one was survived', () => {
    assert.ok(
      !ids(findingsOf([stream().wait(300).data('server', 40, ['unanswered']).resetAnswer('client')])).some(
        (id) => id.startsWith('S01'),
      ),
    );
    const survived = stream()
      .wait(60_000)
      .event()
      .wait(9000)
      .data('server', 40, ['unanswered'])
      .resetAnswer('client');
    assert.ok(!ids(findingsOf([survived])).some((id) => id.startsWith('S01')));
  });
});

describe('S06 and S07, resets of a live socket', () => {
  const unread = () =>
    new FlowScript().connect().request('/upload', {}, false).respond().events(3, 300).data('client', 900);

  it('is S06 when payload of the client is unread, and sure with the counter', () => {
    assert.deepEqual(ids(findingsOf([unread().wait(5).reset('server')])), ['S06 likely']);
    assert.deepEqual(
      ids(findingsOf([unread().wait(5).reset('server')], { counters: [counter('TCPAbortOnClose')] })),
      ['S06 sure'],
    );
  });

  it('is S06 for FIN and at once RST of the same side', () => {
    assert.deepEqual(ids(findingsOf([unread().fin('server').reset('server')])), ['S06 sure']);
    // So long a busy process takes from the one to the other.
    assert.deepEqual(ids(findingsOf([unread().fin('server').wait(60).reset('server')])), ['S06 sure']);
  });

  it('is S07 when nothing is unread', () => {
    assert.deepEqual(ids(findingsOf([stream().wait(337).reset('server')])), ['S07 likely']);
    assert.deepEqual(
      ids(findingsOf([stream().wait(337).reset('server')], { counters: [counter('TCPAbortOnData')] })),
      ['S07 sure'],
    );
  });

  it('counts a client that leaves by reset, and a reset after a whole response, as normal', () => {
    const left = diagnose(
      evidenceOf([stream().wait(10).reset('client'), stream().complete().reset('server')]),
    );
    assert.deepEqual(left.findings, []);
    assert.deepEqual(
      left.normal.map(({ what }) => what),
      ['whole responses', 'left by the client'],
    );
  });

  it('knows nothing about a reset without its connection', () => {
    const lone = diagnose(evidenceOf([new FlowScript().reset('server').flow()]));
    assert.deepEqual(lone.findings, []);
    assert.equal(lone.unknown[0]!.count, 1);
  });
});

describe('S15, zero window', () => {
  const closed = (over = {}) => {
    const script = stream().packet('client', 'A', ['zero-window'], { window: 0 });
    for (const ms of [300, 600, 1200, 2400]) {
      script.wait(ms).packet('server', 'A', ['zero-window-probe'], over);
      script.packet('client', 'A', ['zero-window-probe-ack', 'zero-window'], { window: 0 });
    }
    return script;
  };

  it('is sure when probes find the window closed to the end, dropped or not', () => {
    assert.deepEqual(ids(findingsOf([closed()])), ['S15 sure']);
    assert.deepEqual(ids(findingsOf([closed().wait(500).fin('server')])), ['S15 sure']);
  });

  it('is not claimed when the window opened again', () => {
    assert.deepEqual(findingsOf([closed().packet('client', 'A').events(3, 200)]), []);
  });

  it('is not claimed for a short pause', () => {
    assert.deepEqual(findingsOf([stream().packet('client', 'A', ['zero-window'], { window: 0 })]), []);
  });
});

describe('S19, keepalive failure', () => {
  const probed = (answered: boolean) => {
    const script = stream();
    for (let i = 0; i < 4; i++) {
      script
        .wait(10_000)
        .packet('client', 'A', answered ? ['keep-alive'] : ['keep-alive', 'unanswered'], { seqOffset: -1 });
      if (answered) script.packet('server', 'A', ['keep-alive-ack']);
    }
    return script;
  };

  it('is sure for unanswered probes and the reset of the prober', () => {
    assert.deepEqual(ids(findingsOf([probed(false).wait(10_000).reset('client')])), ['S19 sure']);
  });

  it('is excluded by answers', () => {
    assert.deepEqual(findingsOf([probed(true).wait(3000).reset('client')]), []);
  });

  it('is not claimed for one probe at the end of a capture', () => {
    assert.deepEqual(
      findingsOf([stream().wait(10_000).packet('client', 'A', ['keep-alive', 'unanswered'])]),
      [],
    );
  });
});

describe('S20, retransmissions without an answer', () => {
  const lost = (repeats: number) => {
    const script = stream().wait(500).data('server', 40, ['unanswered']);
    for (let i = 0; i < repeats; i++) script.wait(200 * 2 ** i).again('server', 40);
    return script;
  };

  it('is sure for five at growing distances, and silent about the reason', () => {
    assert.deepEqual(ids(findingsOf([lost(6)])), ['S20 sure']);
    assert.deepEqual(ids(findingsOf([lost(3)])), ['S20 likely']);
  });

  it('is not claimed for two, nor when an answer came', () => {
    assert.deepEqual(findingsOf([lost(2)]), []);
    assert.deepEqual(findingsOf([lost(4).packet('client', 'A').events(2, 100)]), []);
  });
});

describe('S17, conntrack INVALID', () => {
  it('is sure when data with numbers of a real connection comes from an untranslated address', () => {
    const real = new FlowScript({ clientPort: 45_001 }).connect().request().respond().events(9, 200);
    const next = real.flow().halves.server.nextSeq!;
    const stray = new FlowScript({ clientPort: 45_001, server: '172.16.4.9', atMs: 2500 });
    stray.packet('server', 'AP', [], { bytes: 40, seq: next }).packet('client', 'R', ['rst'], { seq: 1 });
    real.wait(800).resetAnswer('client');
    const found = findingsOf([real, stray]);
    assert.deepEqual(ids(found), ['S17 sure']);
    assert.match(found[0]!.summary, /172\.16\.4\.9/);
    // One stream was cut; the connection that nobody opened is part of it, and no second one.
    assert.equal(found[0]!.streamCount, 1);
  });

  it('is only possible for a reset without a socket in the middle of a busy stream', () => {
    assert.deepEqual(
      ids(findingsOf([stream().wait(200).data('server', 40, ['unanswered']).resetAnswer('client')])),
      ['S17 possible'],
    );
  });

  it('is not claimed after the client has closed', () => {
    assert.deepEqual(
      findingsOf([stream().fin('client').data('server', 40, ['unanswered']).resetAnswer('client')]),
      [],
    );
  });
});

describe('S31, injected reset', () => {
  it('is sure when the named side goes on', () => {
    const script = stream().wait(100).reset('server', { ttl: 44 }).wait(100).data('server', 40);
    assert.deepEqual(ids(findingsOf([script])), ['S31 sure']);
  });

  it('is likely for two weak signs, and no more than C1 or S07 for one', () => {
    const script = stream()
      .wait(333)
      .reset('server', { ttl: 250 })
      .reset('server', { ttl: 250, seqOffset: 1460, seq: 99 });
    assert.deepEqual(ids(findingsOf([script])), ['S31 likely']);
    assert.ok(
      !ids(findingsOf([stream().wait(333).reset('server', { ttl: 60 })])).some((id) => id.startsWith('S31')),
    );
  });

  it('is not claimed for what was under way when the reset overtook it', () => {
    const script = stream().wait(333).reset('server').packet('server', 'A', ['out-of-order'], { bytes: 40 });
    assert.ok(!ids(findingsOf([script])).some((id) => id.startsWith('S31')));
  });
});

describe('C1, a reset whose cause is not known', () => {
  it('says the form of the packet and no more', () => {
    const [finding] = findingsOf([stream().wait(900).reset('server', { seqOffset: 5000 })]);
    assert.equal(`${finding!.id} ${finding!.sureness}`, 'C1 possible');
    assert.match(finding!.why[0]!.text, /no end of this connection would use/);
  });

  it('does not count a reset with a wrong checksum', () => {
    assert.deepEqual(
      findingsOf([stream().packet('server', 'AR', ['rst', 'wrong-checksum']).events(3, 100)]),
      [],
    );
  });
});
