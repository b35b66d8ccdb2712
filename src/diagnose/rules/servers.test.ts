// Rules about servers and content: S08 to S12, S22 to S26, S28, S33.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { evidenceOf, FlowScript, START_MS } from '../../../test/support/flow-script.ts';
import { diagnose, type Evidence, type Finding } from '../index.ts';

const ids = (findings: readonly Finding[]) => findings.map(({ id, sureness }) => `${id} ${sureness}`);
const findingsOf = (flows: readonly FlowScript[], over: Partial<Evidence> = {}, tailMs = 0) =>
  diagnose(evidenceOf(flows, over, tailMs)).findings;

/** Streams of other beginnings and rhythms that all end at one moment. */
function endedTogether(count: number, atMs: number, server = '10.0.3.7'): FlowScript[] {
  return Array.from({ length: count }, (_, i) => {
    const script = new FlowScript({ atMs: i * 730, server })
      .connect()
      .request()
      .respond()
      .events(3 + i, 290 + 70 * i);
    return script.wait(atMs - (script.nowMs - START_MS) + i).fin('server');
  });
}

const line = (facts: readonly string[], atMs: number, subject?: string) => ({
  ref: { source: 0, at: 3 },
  atMs: START_MS + atMs,
  program: 'kubernetes',
  facts,
  text: facts.join(' '),
  ...(subject !== undefined && { subject }),
});

describe('S08, process gone', () => {
  const refused = () => new FlowScript({ atMs: 20_600 }).syn().wait(1).refuse();

  it('is sure when all end at one moment and the port then refuses, which is folded below it', () => {
    const findings = findingsOf([...endedTogether(5, 20_370), refused()]);
    assert.deepEqual(ids(findings), ['S08 sure']);
    assert.deepEqual(ids(findings[0]!.consequences), ['S14 sure']);
  });

  it('is possible when only the moment speaks for it', () => {
    assert.deepEqual(ids(findingsOf(endedTogether(4, 20_370))), ['S08 possible']);
  });

  it('is not claimed while other streams of the server go on', () => {
    const others = Array.from({ length: 5 }, () =>
      new FlowScript().connect().request().respond().events(60, 500),
    );
    assert.deepEqual(ids(findingsOf([...endedTogether(3, 20_370), ...others])), ['S22 sure']);
  });
});

describe('S09, S10, S12 and S28, events of the platform', () => {
  const cases: readonly [string, string, number][] = [
    ['S09', 'Killing', 20_370 - 30_000],
    ['S10', 'sidecar-drain-complete', 20_370 - 200],
    ['S12', 'reload', 20_370 - 200_000],
    ['S28', 'drain', 20_370 - 20_000],
  ];
  for (const [id, fact, atMs] of cases) {
    it(`${id} is likely for an event at the right time, and sure when it names the server`, () => {
      const flows = endedTogether(4, 20_370);
      assert.deepEqual(ids(findingsOf(flows, { logs: [line([fact], atMs)] })), [`${id} likely`]);
      assert.deepEqual(ids(findingsOf(flows, { logs: [line([fact], atMs, '10.0.3.7')] })), [`${id} sure`]);
    });

    it(`${id} is not claimed for an event at another time, and not looked for without logs`, () => {
      const flows = endedTogether(4, 20_370);
      assert.deepEqual(ids(findingsOf(flows, { logs: [line([fact], 20_370 + 9000)] })), ['S08 possible']);
      assert.ok(diagnose(evidenceOf(flows)).notChecked.some((text) => text.includes(id)));
    });
  }
});

describe('S11, rollout', () => {
  const servers = ['10.0.3.1', '10.0.3.2', '10.0.3.3'];

  it('is likely when three servers lose all their streams one after the other', () => {
    const flows = servers.flatMap((server, i) => endedTogether(3, 20_370 + i * 8130, server));
    assert.deepEqual(ids(findingsOf(flows)), ['S11 likely']);
  });

  it('is not claimed for one server', () => {
    assert.deepEqual(ids(findingsOf(endedTogether(3, 20_370))), ['S08 possible']);
  });
});

describe('S22, response cut short', () => {
  it('says what is missing and that the reason is not known', () => {
    const [finding] = findingsOf([
      new FlowScript().connect().request().respond().events(3, 400).wait(777).fin('server'),
    ]);
    assert.equal(`${finding!.id} ${finding!.sureness}`, 'S22 sure');
    assert.match(finding!.summary, /why is not known/);
  });

  it('is only possible for TLS without close_notify, and not claimed with it', () => {
    const last = (bytes: number) => ({
      server: { ref: { source: 0, at: 1 }, atMs: START_MS, type: 23, bytes },
    });
    const encrypted = (bytes: number) =>
      new FlowScript()
        .connect()
        .data('client', 300)
        .data('server', 900)
        .wait(777)
        .tls({ lastRecords: last(bytes) })
        .fin('server');
    assert.deepEqual(ids(findingsOf([encrypted(400)])), ['S22 possible']);
    assert.deepEqual(findingsOf([encrypted(19)]), []);
  });

  it('is not claimed for a whole response, nor for one with holes in the capture', () => {
    assert.deepEqual(
      findingsOf([new FlowScript().connect().request().respond().complete().fin('server')]),
      [],
    );
    const script = new FlowScript().connect().request().respond().events(2, 300).fin('server');
    const { exchanges, ...rest } = script.flow();
    const holed = { ...rest, exchanges: exchanges.map((exchange) => ({ ...exchange, hasHoles: true })) };
    assert.deepEqual(diagnose(evidenceOf([holed])).findings, []);
  });
});

describe('S23 and S33, GOAWAY', () => {
  const away = (lastStreamId: number, atMs = 0) =>
    new FlowScript({ atMs })
      .connect()
      .request()
      .respond()
      .events(4, 400)
      .http2()
      .goaway(lastStreamId)
      .wait(1337)
      .fin('server');

  it('is S23, and sure, when streams are cut after it', () => {
    assert.deepEqual(ids(findingsOf([away(7)])), ['S23 sure']);
  });

  it('is S33 at a round number of requests, and sure for two connections', () => {
    assert.deepEqual(ids(findingsOf([away(1999)])), ['S33 likely']);
    assert.deepEqual(ids(findingsOf([away(1999), away(1999, 400)])), ['S33 sure']);
    assert.deepEqual(ids(findingsOf([away(57), away(57, 400)])), ['S33 sure']);
  });

  it('is neither when everything was whole', () => {
    const whole = new FlowScript()
      .connect()
      .request()
      .respond()
      .complete()
      .http2()
      .goaway(1999)
      .fin('server');
    assert.deepEqual(findingsOf([whole]), []);
  });
});

describe('S24, RST_STREAM', () => {
  const reset = (code: number, from: 'client' | 'server' = 'server') =>
    new FlowScript()
      .connect()
      .request()
      .respond()
      .events(4, 433)
      .wait(171)
      .http2()
      .resetStream(0, code, from);

  it('tells the code', () => {
    const [finding] = findingsOf([reset(11)]);
    assert.equal(finding!.title, 'HTTP/2 stream reset, ENHANCE_YOUR_CALM');
  });

  it('counts CANCEL of the client as leaving, and NO_ERROR after a whole response as normal', () => {
    assert.deepEqual(findingsOf([reset(8, 'client')]), []);
    assert.deepEqual(
      findingsOf([new FlowScript().connect().request().respond().complete().http2().resetStream(0, 0)]),
      [],
    );
  });
});

describe('S25, deaf stream', () => {
  const beating = (beats: number, atMs = 0) =>
    new FlowScript({ atMs }).connect().request().respond().events(beats, 1000);

  it('is likely when streams fall silent at one age, and possible for one with a long record', () => {
    assert.deepEqual(ids(findingsOf([beating(15), beating(15, 2000)], {}, 12_000)), ['S25 likely']);
    assert.deepEqual(ids(findingsOf([beating(20)], {}, 12_000)), ['S25 possible']);
  });

  it('knows one age from rhythms of its own, within a step of each', () => {
    const until = (atMs: number, everyMs: number, beats: number) =>
      new FlowScript({ atMs }).connect().request().respond().events(beats, everyMs);
    // All fall silent between 2.8 s and 3 s.
    const deaf = [until(0, 300, 9), until(1500, 400, 7), until(3100, 700, 4)].map((one, i) =>
      one.events(i === 2 ? 1 : 0, 0),
    );
    assert.deepEqual(ids(findingsOf(deaf, {}, 16_000)), ['S25 likely']);
  });

  it('is not claimed where streams that began together fall silent together: a quiet topic does that', () => {
    assert.deepEqual(findingsOf([beating(7), beating(7, 40)], {}, 14_000), []);
  });

  it('is not claimed for a pause, nor for a topic that was busy for a while', () => {
    assert.deepEqual(findingsOf([beating(20)], {}, 2500), []);
    assert.deepEqual(findingsOf([beating(6)], {}, 12_000), []);
  });
});

describe('S26, buffering', () => {
  const lumpy = (bytes: number, headers = {}) =>
    new FlowScript().connect().request().respond(headers).events(5, 1300, bytes);

  it('is claimed for whole pages with pauses between, surer with a known proxy', () => {
    assert.deepEqual(ids(findingsOf([lumpy(8192)])), ['S26 possible']);
    assert.deepEqual(ids(findingsOf([lumpy(16_384, { server: 'nginx' })])), ['S26 likely']);
  });

  it('sees a body that was held to the end', () => {
    const held = new FlowScript()
      .connect()
      .request()
      .wait(6000)
      .respond({ 'content-encoding': 'gzip' })
      .event(700)
      .complete();
    assert.deepEqual(ids(findingsOf([held])), ['S26 likely']);
  });

  it('is not claimed for other sizes, nor for a slow reader', () => {
    assert.deepEqual(findingsOf([lumpy(5000)]), []);
    assert.deepEqual(
      findingsOf([lumpy(8192).packet('client', 'A', ['zero-window'], { window: 0 }).packet('client', 'A')]),
      [],
    );
  });
});
